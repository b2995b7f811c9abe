//! Control of the render itself.

use gotemplate::FuncError;
use govalue::Str;

entries! { Flow;
    "fail"(String) -> String, try fail, "Stops the render with this message.";
    "hello"() -> String, hello, "Says hello.";
}

fn fail(message: &Str) -> Result<Str, FuncError> {
    Err(FuncError::refused(message.clone()))
}

fn hello() -> &'static str {
    "Hello!"
}
