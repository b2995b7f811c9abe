//! Unique identifiers.

use gotemplate::FuncError;

use crate::random::fill;

entries! { Uuid;
    "uuidv4"() -> String [RANDOM], try uuid_v4, "A random UUID of version 4.";
}

fn uuid_v4() -> Result<String, FuncError> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    // The version and the variant of RFC 9562.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let group = |from: u32, digits: u32| (number >> (128 - 4 * (from + digits))) & ((1 << (4 * digits)) - 1);
    Ok(format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        group(0, 8),
        group(8, 4),
        group(12, 4),
        group(16, 4),
        group(20, 12)
    ))
}

#[cfg(test)]
mod tests {
    use super::uuid_v4;

    #[test]
    fn uuids_have_their_version_and_variant_and_differ() {
        let uuid = uuid_v4().unwrap();
        let groups: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert!(
            uuid.chars()
                .all(|c| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c))
        );
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]));
        assert_ne!(uuid, uuid_v4().unwrap());
    }
}
