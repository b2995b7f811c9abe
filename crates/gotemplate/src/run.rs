//! What all templates of one execution share: the budget, the effects, and reusable memory.

use std::time::Instant;

use crate::exec::{MissingKey, Options, Variable};
use crate::{Any, Effects, FuncError, Limits};

/// How many steps pass between two looks at the clock.
const STEPS_PER_CLOCK: u64 = 1024;

/// Lists and maps within each other that can be written as text. Go has no limit but the stack's.
const MAX_VALUE_DEPTH: usize = 1_000;

/// The state of one execution, whatever templates and overlays it goes through.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) missing_key: MissingKey,
    pub(crate) effects: Effects,
    pub(crate) depth: usize,
    pub(crate) variables: Vec<Variable>,
    limits: Limits,
    /// Steps until the next look at the clock and at `steps`.
    countdown: u64,
    /// Steps not yet handed to `countdown`.
    steps: u64,
    /// Bytes that may still be written.
    output: usize,
    /// The address of a local variable of the outermost function.
    stack_base: usize,
    arguments: Vec<Vec<Any>>,
    buffers: Vec<Vec<u8>>,
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeded {
    Steps,
    Output,
    Stack,
    Deadline,
    Nesting,
}

impl Exceeded {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Steps => "exceeded the limit of evaluation steps",
            Self::Output => "exceeded the limit of output",
            Self::Stack => "exceeded the limit of nested templates and expressions",
            Self::Deadline => "exceeded the time limit",
            Self::Nesting => "exceeded the limit of nested values",
        }
    }
}

impl From<Exceeded> for FuncError {
    fn from(exceeded: Exceeded) -> Self {
        Self::limit(exceeded.message())
    }
}

impl Run {
    pub(crate) fn new(options: &Options) -> Self {
        let countdown = options.limits.steps.min(STEPS_PER_CLOCK);
        Self {
            missing_key: options.missing_key,
            effects: Effects::NONE,
            depth: 0,
            variables: Vec::new(),
            limits: options.limits,
            countdown,
            steps: options.limits.steps - countdown,
            output: options.limits.output,
            stack_base: stack_address(),
            arguments: Vec::new(),
            buffers: Vec::new(),
        }
    }

    /// Counts the stack from here on.
    pub(crate) fn mark_stack(&mut self) {
        self.stack_base = stack_address();
    }

    /// Templates within templates that are allowed.
    pub(crate) fn max_depth(&self) -> usize {
        self.limits.depth
    }

    /// Counts a step.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<(), Exceeded> {
        match self.countdown.checked_sub(1) {
            Some(rest) => {
                self.countdown = rest;
                Ok(())
            }
            None => self.refill(),
        }
    }

    /// Counts `steps` at once.
    pub(crate) fn spend(&mut self, steps: u64) -> Result<(), Exceeded> {
        match (self.countdown + self.steps).checked_sub(steps) {
            Some(rest) => {
                self.steps = rest;
                self.countdown = 0;
                Ok(())
            }
            None => Err(Exceeded::Steps),
        }
    }

    /// Steps taken so far.
    pub(crate) fn steps_taken(&self) -> u64 {
        self.limits.steps - self.steps - self.countdown
    }

    #[cold]
    fn refill(&mut self) -> Result<(), Exceeded> {
        if self.steps == 0 {
            return Err(Exceeded::Steps);
        }
        if self.limits.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Exceeded::Deadline);
        }
        let portion = self.steps.min(STEPS_PER_CLOCK);
        self.steps -= portion;
        self.countdown = portion - 1;
        Ok(())
    }

    /// Counts bytes written.
    #[inline]
    pub(crate) fn write(&mut self, bytes: usize) -> Result<(), Exceeded> {
        match self.output.checked_sub(bytes) {
            Some(rest) => {
                self.output = rest;
                Ok(())
            }
            None => Err(Exceeded::Output),
        }
    }

    /// Whether the text of the values fits into what may still be written: a value that contains another one twice, again
    /// and again, is small, but its text is not.
    pub(crate) fn check_text_of(&self, values: &[Any]) -> Result<(), Exceeded> {
        let mut rest = self.output;
        values
            .iter()
            .try_for_each(|value| check_text(value, MAX_VALUE_DEPTH, &mut rest))
    }

    /// Whether the stack used is within the limit.
    #[inline]
    pub(crate) fn check_stack(&self) -> Result<(), Exceeded> {
        if self.stack_base.abs_diff(stack_address()) > self.limits.stack {
            Err(Exceeded::Stack)
        } else {
            Ok(())
        }
    }

    /// An empty vector for a call's arguments, with memory of an earlier call.
    pub(crate) fn take_arguments(&mut self) -> Vec<Any> {
        self.arguments.pop().unwrap_or_default()
    }

    /// Takes a vector back after the call.
    pub(crate) fn give_arguments(&mut self, mut arguments: Vec<Any>) {
        arguments.clear();
        self.arguments.push(arguments);
    }

    /// An empty buffer for a nested execution's output.
    pub(crate) fn take_buffer(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(crate) fn give_buffer(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.buffers.push(buffer);
    }
}

fn check_text(value: &Any, depth: usize, rest: &mut usize) -> Result<(), Exceeded> {
    let depth = depth.checked_sub(1).ok_or(Exceeded::Nesting)?;
    match value {
        Any::List(list) => {
            *rest = rest.checked_sub(list.items.len() + 1).ok_or(Exceeded::Output)?;
            list.items.iter().try_for_each(|item| check_text(item, depth, rest))
        }
        Any::Map(map) => map.with_unwatched(|entries| {
            *rest = rest.checked_sub(entries.len() + 1).ok_or(Exceeded::Output)?;
            entries.values().try_for_each(|item| check_text(item, depth, rest))
        }),
        _ => Ok(()),
    }
}

/// Where the stack is now, to measure how much of it is used.
#[inline]
fn stack_address() -> usize {
    let here = 0_u8;
    std::hint::black_box(std::ptr::from_ref(&here)).addr()
}
