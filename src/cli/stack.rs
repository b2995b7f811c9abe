//! The stack that charts are rendered on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::anyhow;
use helm_engine::RENDER_STACK;

/// Does `work` on a stack that is large enough for whatever templates nest. A bug that breaks it off is an error; `what`
/// names the work.
pub(super) fn on_render_stack<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    // A large stack, but no thread of its own: glibc gives memory to further threads page by page.
    let work = AssertUnwindSafe(|| stacker::grow(RENDER_STACK, work));
    catch_unwind(work)
        .map_err(|_| anyhow!("the {what} broke off; please report the chart and the values that do this"))?
}
