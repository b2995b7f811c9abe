// This file lets the compiler accept the bodiless declarations of internals.go.
