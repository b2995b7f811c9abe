//! The page with all releases, out of memory alone.

use std::collections::BTreeMap;

use helm_kube::Readiness;
use kube::ResourceExt as _;
use kube::api::DynamicObject;
use serde::Serialize;

use super::{Head, ROOT, path};
use crate::age::age;
use crate::reconcile::Context;
use crate::request::Key;
use crate::standing::{Standing, pods, revision};
use crate::watches::Watch;

/// How many releases one page has at most.
const MOST: usize = 1000;

#[derive(Serialize)]
pub(super) struct List {
    head: Head,
    tiles: Vec<Tile>,
    kinds: Vec<Kind>,
    /// How many releases there are beyond those that are shown.
    hidden: usize,
    is_empty: bool,
}

/// How many releases stand in one way, and the page with only those.
#[derive(Debug, PartialEq, Serialize)]
struct Tile {
    word: &'static str,
    class: &'static str,
    count: usize,
    href: String,
    is_chosen: bool,
}

/// The releases of one watch.
#[derive(Serialize)]
struct Kind {
    name: String,
    chart: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    href: String,
    namespace: String,
    name: String,
    standing: Standing,
    revision: String,
    objects: String,
    pods: String,
    age: String,
    message: String,
}

/// The releases of all watches, of one standing if the query asks for it (`standing=failed`).
pub(super) fn view(cx: &Context, head: Head, query: Option<&str>) -> List {
    let chosen = chosen(query);
    let mut counts: BTreeMap<Standing, usize> = BTreeMap::new();
    let mut kinds = Vec::new();
    let (mut shown, mut hidden) = (0, 0);
    for (index, watch) in cx.watches.all() {
        let mut keys = cx.primaries.keys(Some(index));
        keys.sort();
        let mut rows = Vec::new();
        for key in keys {
            let Some(object) = cx.primaries.get(&key) else { continue };
            let standing = Standing::of(&object);
            *counts.entry(standing).or_default() += 1;
            if chosen.is_some_and(|chosen| chosen != standing) {
                continue;
            }
            if shown == MOST {
                hidden += 1;
                continue;
            }
            shown += 1;
            rows.push(row(cx, &watch, &key, &object, standing));
        }
        rows.sort_by_key(|row| row.standing);
        kinds.push(Kind {
            name: watch.to_string(),
            chart: watch
                .chart
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            rows,
        });
    }
    List {
        head,
        tiles: tiles(&counts, chosen),
        is_empty: counts.is_empty(),
        kinds,
        hidden,
    }
}

fn chosen(query: Option<&str>) -> Option<Standing> {
    let word = query?.split('&').find_map(|pair| pair.strip_prefix("standing="))?;
    Standing::ALL.into_iter().find(|standing| standing.word() == word)
}

fn tiles(counts: &BTreeMap<Standing, usize>, chosen: Option<Standing>) -> Vec<Tile> {
    let all = Tile {
        word: "releases",
        class: "all",
        count: counts.values().sum(),
        href: ROOT.to_owned(),
        is_chosen: chosen.is_none(),
    };
    let of = |standing: Standing| Tile {
        word: standing.word(),
        class: standing.word(),
        count: counts.get(&standing).copied().unwrap_or_default(),
        href: format!("{ROOT}?standing={}", standing.word()),
        is_chosen: chosen == Some(standing),
    };
    std::iter::once(all).chain(Standing::ALL.map(of)).collect()
}

fn row(cx: &Context, watch: &Watch, key: &Key, object: &DynamicObject, standing: Standing) -> Row {
    Row {
        href: path(watch, key),
        namespace: key.namespace.clone().unwrap_or_default(),
        name: key.name.clone(),
        standing,
        revision: revision(object).map_or_else(String::new, |it| it.to_string()),
        objects: objects(cx, key),
        pods: pods(object).to_owned(),
        age: age(object.creation_timestamp().map(|time| time.0)),
        message: standing.message(object),
    }
}

/// How many of a release's objects are ready, as `3/4`.
fn objects(cx: &Context, key: &Key) -> String {
    let Some(objects) = cx.objects(key) else {
        return String::new();
    };
    let ready = objects.iter().filter(|tracked| tracked.readiness == Readiness::Ready);
    format!("{}/{}", ready.count(), objects.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_standings_can_be_chosen() {
        let cases = [
            (None, None),
            (Some("standing=failed"), Some(Standing::Failed)),
            (Some("a=b&standing=ready"), Some(Standing::Ready)),
            (Some("standing=<script>"), None),
            (Some("failed"), None),
        ];
        for (query, expected) in cases {
            assert_eq!(chosen(query), expected, "{query:?}");
        }
    }

    #[test]
    fn tiles_count_what_there_is() {
        let counts = BTreeMap::from([(Standing::Ready, 2), (Standing::Failed, 1)]);
        let tiles = tiles(&counts, Some(Standing::Failed));
        let found: Vec<_> = tiles
            .iter()
            .map(|tile| (tile.word, tile.count, tile.is_chosen))
            .collect();
        let expected = [
            ("releases", 3, false),
            ("ready", 2, false),
            ("progressing", 0, false),
            ("failed", 1, true),
            ("paused", 0, false),
            ("deleting", 0, false),
        ];
        assert_eq!(found, expected);
        assert_eq!(tiles[3].href, "/releases?standing=failed");
    }
}
