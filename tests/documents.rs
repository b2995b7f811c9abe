//! What documents say of the code is what the code says. `UPDATE_DOCS=1 cargo test --test documents` writes the generated
//! parts anew.

use std::path::Path;

const MARK: &str = "<!-- From here on: generated from Sprig's table. -->\n";

#[test]
fn every_function_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/functions.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (written, generated) = page.split_once(MARK).unwrap();
    let reference = sprig::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{written}{MARK}{reference}")).unwrap();
    } else {
        assert_eq!(generated, reference, "run UPDATE_DOCS=1 cargo test --test documents");
    }
    for function in helm_engine::functions() {
        assert!(
            page.contains(&format!("`{}", function.name)),
            "{} is missing",
            function.name
        );
    }
}
