//! Keys, certificates and encrypted texts that are made here, handed to real Sprig, and the other way round:
//! `SPRIG_CALLS=1 cargo test -p sprig made_here`.

use crate::data::data;
use crate::oracle::Oracle;
use crate::render::{Answer, functions, render};

/// A template's output here, or the error as a line.
fn ours(template: &str) -> String {
    shown(&render(template, data(), &functions()))
}

/// The same from real Sprig.
fn theirs(oracle: &mut Oracle, template: &str) -> String {
    shown(&oracle.render(template))
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Output(text) => text.to_string(),
        error @ Answer::Error(_) => error.to_line(),
    }
}

/// Templates that make an authority: its certificate and its key, both in base64, with a space between.
const AUTHORITIES: &[&str] = &[
    r#"{{ $c := genCA "authority" 365 }}{{ $c.Cert | b64enc }} {{ $c.Key | b64enc }}"#,
    r#"{{ $c := genCAWithKey "é" 99999 (genPrivateKey "ecdsa") }}{{ $c.Cert | b64enc }} {{ $c.Key | b64enc }}"#,
    r#"{{ $c := genCAWithKey "" 1 (genPrivateKey "ed25519") }}{{ $c.Cert | b64enc }} {{ $c.Key | b64enc }}"#,
];

/// A template that reads an authority and lets it sign a certificate.
fn signing(authority: &str) -> String {
    let mut parts = authority.split(' ');
    let (cert, key) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!(
        r#"{{{{ $ca := buildCustomCert "{cert}" "{key}" }}}}{{{{ $c := genSignedCert "leaf" (list "10.0.0.1") (list "a.b") 9 $ca }}}}{{{{ len $c.Cert | lt 400 }}}}"#
    )
}

#[test]
fn what_is_made_here_is_read_by_sprig_and_the_other_way_round() {
    if std::env::var_os("SPRIG_CALLS").is_none() {
        return;
    }
    let mut oracle = Oracle::start();
    for authority in AUTHORITIES.iter().cycle().take(12) {
        let (here, there) = (ours(authority), theirs(&mut oracle, authority));
        assert_eq!(theirs(&mut oracle, &signing(&here)), "true");
        assert_eq!(ours(&signing(&there)), "true");
    }
    let encrypt = r#"{{ encryptAES "a key" "some text, Grüße" }}"#;
    let decrypt = |text: &str| format!(r#"{{{{ decryptAES "a key" "{text}" }}}}"#);
    assert_eq!(theirs(&mut oracle, &decrypt(&ours(encrypt))), "some text, Grüße");
    assert_eq!(ours(&decrypt(&theirs(&mut oracle, encrypt))), "some text, Grüße");
    for kind in ["rsa", "dsa", "ecdsa", "ed25519"] {
        let key = ours(&format!(r#"{{{{ genPrivateKey "{kind}" | b64enc }}}}"#));
        let cert = ours(AUTHORITIES[0]).split(' ').next().unwrap_or_default().to_owned();
        let read = format!(r#"{{{{ buildCustomCert "{cert}" "{key}" | typeOf }}}}"#);
        assert_eq!(theirs(&mut oracle, &read), "sprig.certificate", "{kind}");
    }
}

/// An Ed25519 key: its signatures have one length, and so have the certificates it signs.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEICV/bO8aIkBjqvNtFzCJkDlJuX9Mt6Gsj9ahBzRKYCSU\\n-----END PRIVATE KEY-----\\n";

/// A certificate without what is never the same: serial number, times and signature.
fn lasting_parts(cert: &str) -> Vec<u8> {
    let bytes = crate::data::tagged(&govalue::Value::from_iter([("$str_b64", govalue::Value::from(cert))]));
    let bytes = bytes.as_string().expect("a string").as_bytes().to_vec();
    // The times have 13 characters each, or 15 after the year 2050.
    let time = |at: usize| matches!(bytes[at..], [0x17, 13, ..] | [0x18, 15, ..]);
    let times: Vec<_> = (0..bytes.len() - 2).filter(|at| time(*at)).collect();
    let after = times[1] + 2 + usize::from(bytes[times[1] + 1]);
    bytes[after..bytes.len() - 64].to_vec()
}

#[test]
fn certificates_made_here_say_what_those_of_sprig_say() {
    if std::env::var_os("SPRIG_CALLS").is_none() {
        return;
    }
    let mut oracle = Oracle::start();
    let body = r#"splitList "\n" $c.Cert | initial | rest | initial | join """#;
    let authority = format!(r#"{{{{ $c := genCAWithKey "the ca" 9 "{KEY}" }}}}{{{{ $c.Cert | b64enc }}}}"#);
    let authority = theirs(&mut oracle, &authority);
    for names in [
        "nil nil",
        r#"(list "10.0.0.1" "::1" "::ffff:1.2.3.4") (list "a.b" "*.c")"#,
        r#"(list) (list "x")"#,
    ] {
        for (common_name, days) in [("a", 1), ("", 9), ("é", 30_000), ("the ca", -3), ("x*y@z", 365)] {
            let signed = format!(
                r#"{{{{ $ca := buildCustomCert "{authority}" ("{KEY}" | b64enc) }}}}{{{{ $c := genSignedCertWithKey "{common_name}" {names} {days} $ca "{KEY}" }}}}{{{{ {body} }}}}"#
            );
            let own = format!(
                r#"{{{{ $c := genSelfSignedCertWithKey "{common_name}" {names} {days} "{KEY}" }}}}{{{{ {body} }}}}"#
            );
            for template in [signed, own] {
                let (here, there) = (ours(&template), theirs(&mut oracle, &template));
                assert_eq!(lasting_parts(&here), lasting_parts(&there), "{template}");
            }
        }
    }
}
