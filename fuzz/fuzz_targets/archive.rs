//! No packed chart panics, hangs, leaves its folder or unpacks without end; what loads can be checked and coalesced.
//!
//! The input's first byte says what the rest is: `t` a tar archive, whose check sums are put right before it is packed
//! (else hardly a mutation would be read), anything else the packed archive itself. It is loaded as the subchart of a
//! chart in memory, which takes the same way as a file, and saves one.

#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use govalue::Map;
use helm_chart::{Chart, File, coalesce, load_files, process_dependencies, validate};
use libfuzzer_sys::fuzz_target;

const BLOCK: usize = 512;
const SIZE: std::ops::Range<usize> = 124..136;
const SUM: std::ops::Range<usize> = 148..156;

fuzz_target!(|input: &[u8]| {
    let archive = match input {
        [b't', tar @ ..] => pack(&with_check_sums(tar)),
        [_, archive @ ..] => archive.to_vec(),
        [] => return,
    };
    let files = vec![
        File {
            name: "Chart.yaml".into(),
            data: "apiVersion: v2\nname: parent\nversion: 1.0.0\n".into(),
        },
        File {
            name: "charts/sub.tgz".into(),
            data: archive.into(),
        },
    ];
    let Ok(loaded) = load_files(files) else { return };
    for subchart in &loaded.chart.dependencies {
        assert_inside(subchart);
    }
    let Ok(processed) = process_dependencies(&loaded.chart, &Map::new()) else { return };
    if let Ok(coalesced) = coalesce(&processed.chart, Map::new()) {
        let _ = validate(&processed.chart, &coalesced.values);
    }
});

/// No file of the chart is named from outside its folder.
fn assert_inside(chart: &Chart) {
    for file in chart.raw.iter() {
        let name = file.name.as_bytes();
        assert!(!name.starts_with(b"/"), "{:?}", file.name);
        assert!(name.split(|&byte| byte == b'/').all(|element| element != b".."), "{:?}", file.name);
    }
    for dependency in &chart.dependencies {
        assert_inside(dependency);
    }
}

/// The archive with the check sum of each header put right, as far as the headers' sizes lead.
fn with_check_sums(tar: &[u8]) -> Vec<u8> {
    let mut tar = tar.to_vec();
    let mut at = 0;
    while let Some(header) = tar.get_mut(at..at + BLOCK) {
        if header.iter().all(|&byte| byte == 0) {
            break;
        }
        header[SUM].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[SUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let size = std::str::from_utf8(&header[SIZE]).unwrap_or_default();
        let size = usize::from_str_radix(size.trim_matches(['\0', ' ']), 8).unwrap_or(0);
        at = at.saturating_add(BLOCK).saturating_add(size.next_multiple_of(BLOCK));
    }
    tar
}

fn pack(tar: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::none());
    packer.write_all(tar).expect("memory can be written to");
    packer.finish().expect("memory can be written to")
}
