//! Names of objects, as Kubernetes validates them.

/// The pattern and the words of a kind of name.
struct Form {
    words: &'static str,
    pattern: &'static str,
    examples: &'static str,
    longest: usize,
    is_match: fn(&str) -> bool,
}

const LABEL: Form = Form {
    words: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and \
            end with an alphanumeric character",
    pattern: "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
    examples: "'my-name',  or '123-abc', ",
    longest: 63,
    is_match: is_label,
};

const SUBDOMAIN: Form = Form {
    words: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
            start and end with an alphanumeric character",
    pattern: r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
    examples: "'example.com', ",
    longest: 253,
    is_match: is_subdomain,
};

const SERVICE: Form = Form {
    words: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
            character, and end with an alphanumeric character",
    pattern: "[a-z]([-a-z0-9]*[a-z0-9])?",
    examples: "'my-name',  or 'abc-123', ",
    longest: 63,
    is_match: |name| is_label(name) && name.starts_with(|c: char| c.is_ascii_lowercase()),
};

/// Helm's complaint about the name of an object of the kind.
pub(crate) fn complaint(kind: &str, name: &str) -> Option<String> {
    let problems = match kind.to_lowercase().as_str() {
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => segment_problems(name),
        "service" => SERVICE.problems(name),
        "namespace" => LABEL.problems(name),
        _ => SUBDOMAIN.problems(name),
    };
    let quoted = govalue::quote(name.as_bytes());
    let invalid = |problem: &String| format!("metadata.name: Invalid value: {quoted}: {problem}");
    let text = match problems.as_slice() {
        [] => return None,
        [problem] => invalid(problem),
        several => format!("[{}]", several.iter().map(invalid).collect::<Vec<_>>().join(", ")),
    };
    Some(format!(
        "object name does not conform to Kubernetes naming requirements: {quoted}: {text}"
    ))
}

impl Form {
    fn problems(&self, name: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if name.len() > self.longest {
            problems.push(format!("must be no more than {} characters", self.longest));
        }
        if !(self.is_match)(name) {
            let only_dots = self.longest == LABEL.longest && self.pattern == LABEL.pattern && is_subdomain(name);
            problems.push(if only_dots {
                "must not contain dots".to_owned()
            } else {
                let (words, examples, pattern) = (self.words, self.examples, self.pattern);
                format!("{words} (e.g. {examples}regex used for validation is '{pattern}')")
            });
        }
        problems
    }
}

fn is_label(name: &str) -> bool {
    let is_edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    bytes.first().is_some_and(is_edge)
        && bytes.last().is_some_and(is_edge)
        && bytes.iter().all(|byte| is_edge(byte) || *byte == b'-')
}

fn is_subdomain(name: &str) -> bool {
    name.split('.').all(is_label)
}

/// What keeps a name from being an element of a path.
fn segment_problems(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    let unwanted = ["/", "%"].into_iter().filter(|part| name.contains(part));
    unwanted.map(|part| format!("may not contain '{part}'")).collect()
}
