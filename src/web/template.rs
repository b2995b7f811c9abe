//! The templates of the pages, and what browsers may do with them.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handlebars::Handlebars;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The style sheet, which is part of each page.
const STYLE: &str = include_str!("style.css");

const TEMPLATES: &[(&str, &str)] = &[
    ("layout", include_str!("layout.hbs")),
    ("list", include_str!("list.hbs")),
    ("release", include_str!("release.hbs")),
    ("revision", include_str!("revision.hbs")),
    ("message", include_str!("message.hbs")),
];

/// Fills in a template; every text is escaped.
pub(super) fn render<T: Serialize>(name: &str, view: &T) -> String {
    let page = templates().render(name, view).unwrap_or_else(|error| {
        tracing::error!(page = name, %error, "failed to make a page");
        "This page can't be made; the operator's log says why.\n".to_owned()
    });
    // What is shown can't contain the mark: it has characters that are escaped.
    page.replacen("<style></style>", &format!("<style>{STYLE}</style>"), 1)
}

fn templates() -> &'static Handlebars<'static> {
    static TEMPLATES_READ: OnceLock<Handlebars<'static>> = OnceLock::new();
    TEMPLATES_READ.get_or_init(|| {
        let mut all = Handlebars::new();
        all.set_strict_mode(true);
        for (name, text) in TEMPLATES {
            all.register_template_string(name, text)
                .unwrap_or_else(|error| unreachable!("template {name} is tested: {error}"));
        }
        all
    })
}

/// What browsers may do with a page: show it, with its own style sheet, and nothing else.
pub fn content_security_policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let digest = STANDARD.encode(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const HOSTILE: &str = r#"</td><script>alert("x")</script><a href='javascript:1' onclick=x>&amp;{{head.title}}"#;

    /// A view with `text` wherever a template shows one.
    fn view(text: &str) -> Value {
        let head = json!({"title": text, "version": text, "problems": [text], "refreshes": true});
        let object = json!({"kind": text, "namespace": text, "name": text, "health": text, "why": text});
        let event = json!({"age": text, "is_warning": true, "reason": text, "count": 2, "note": text});
        let condition = json!({"kind": text, "status": text, "reason": text, "message": text, "age": text});
        let line = json!({"class": text, "text": text});
        json!({
            "head": head, "message": text, "tiles": [{"word": text, "class": text, "count": 1, "href": text, "is_chosen": true}],
            "kinds": [{"name": text, "chart": text, "rows": [{"href": text, "namespace": text, "name": text,
                "standing": text, "revision": text, "objects": text, "pods": text, "age": text, "message": text}]}],
            "hidden": 3, "is_empty": false, "kind": text, "namespace": text, "name": text, "standing": text, "age": text,
            "revision": text, "pods": text, "conditions": [condition], "objects": {"rows": [object], "problem": text},
            "events": {"rows": [event], "problem": text},
            "history": {"rows": [{"href": text, "revision": 1, "age": text, "updated": text, "status": text, "chart": text,
                "description": text}], "problem": text},
            "back": text, "before": text, "status": text, "description": text, "problem": text,
            "diffs": [{"kind": text, "name": text, "fate": text, "lines": [line]}],
        })
    }

    #[test]
    fn every_text_on_every_page_is_escaped() {
        for (name, _) in TEMPLATES.iter().filter(|(name, _)| *name != "layout") {
            let plain = render(name, &view("PLAIN"));
            let hostile = render(name, &view(HOSTILE));
            assert!(plain.matches("PLAIN").count() > 2, "{name}: {plain}");
            assert!(
                !hostile.contains("<script") && !hostile.contains("onclick=x>"),
                "{name}: {hostile}"
            );
            // The page has the same tags, quotes included, whatever its texts are.
            for mark in ['<', '>', '"', '\''] {
                assert_eq!(
                    plain.matches(mark).count(),
                    hostile.matches(mark).count(),
                    "{name} {mark}: {hostile}"
                );
            }
        }
    }

    #[test]
    fn a_page_has_the_style_that_its_policy_names_and_nothing_from_elsewhere() {
        let page = render("message", &view("x"));
        let (_, rest) = page.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style));
        assert!(content_security_policy().contains(&format!("'sha256-{digest}'")));
        for foreign in ["http://", "https://", "//cdn", "url(", "@import", "style="] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn what_is_missing_in_a_view_is_an_error_and_no_gap() {
        assert!(templates().render("list", &json!({"head": {}})).is_err());
    }
}
