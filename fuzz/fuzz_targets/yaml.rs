//! No text makes the YAML reader or writer panic or hang, and what is written reads as the same value.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let _ = goyaml::from_str_strict(text);
    let _ = goyaml::from_str_unstructured(text);
    let _ = goyaml::parse_tree(text);
    for document in goyaml::documents(text) {
        if document.is_err() {
            break;
        }
    }
    let Ok(value) = goyaml::from_str(text) else { return };
    let _ = goyaml::to_string_pretty(&value);
    // Numbers without a YAML form cannot be written.
    let Ok(written) = goyaml::to_string(&value) else { return };
    // Go writes the key `<<` without quotes, and reads it as a merge.
    if written.contains("<<") {
        return;
    }
    let again = goyaml::from_str(&written).expect("what was written can be read");
    let rewritten = goyaml::to_string(&again).expect("what was read can be written");
    assert_eq!(written, rewritten);
});
