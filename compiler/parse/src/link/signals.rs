//! Signals: functions that are connected to one run where it is sent.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Value, ValueId, Values};
use crate::knowledge::{self, django};

/// The field of a signal that holds what is connected to it; no name that code can write.
const RECEIVERS: &str = "(receivers)";

impl Machine<'_> {
    /// The signal whose method a value is.
    fn signal_of(&self, method: ValueId) -> Option<ValueId> {
        match *self.values.get(self.values.untagged(method)) {
            Value::Member { base, .. } => Some(self.values.untagged(base)),
            _ => None,
        }
    }

    /// `signal.connect(function)`.
    pub(crate) fn connect_signal(&mut self, connect: ValueId, arguments: &Arguments) {
        let named = self.keyword_values(arguments, "receiver");
        let given = arguments.positional.first().cloned().or(named);
        if let (Some(signal), Some(receivers)) = (self.signal_of(connect), given) {
            self.connect_to(signal, receivers);
        }
    }

    fn connect_to(&mut self, signal: ValueId, receivers: Values) {
        let key = self.values.sym(RECEIVERS);
        self.grow_field(signal, key, receivers);
    }

    /// `signal.send(sender, …)`: calls what is connected, wherever that was done.
    pub(crate) fn send_signal(&mut self, frame: FrameIx, send: ValueId, arguments: &Arguments) {
        let Some(signal) = self.signal_of(send) else {
            return;
        };
        let key = self.values.sym(RECEIVERS);
        let mut passed = arguments.clone();
        passed.positional.truncate(1);
        for receiver in self.field(signal, key, frame) {
            if let Some(at) = self.own_site(receiver) {
                self.call(frame, at, receiver, &passed);
            }
        }
    }

    /// A decorator that connects what it stands above to signals. Those that the project sends itself
    /// keep it, those of Django's models run it where models are saved, others at once.
    pub(crate) fn connect_decorated(
        &mut self,
        frame: FrameIx,
        decorator: ValueId,
        receiver: ValueId,
    ) {
        let given = self.option_of(frame, &Values::from([decorator]), "0");
        let mut signals = self.elements(frame, &given);
        signals.extend(given);
        let mut kept = false;
        for signal in signals {
            let inner = self.values.untagged(signal);
            let path = self.values.path(inner).unwrap_or_default();
            if path == django::SIGNAL {
                self.connect_to(inner, Values::from([receiver]));
                kept = true;
            } else if django::is_model_signal(&path) {
                self.run_on_saves(receiver);
                kept = true;
            }
        }
        if !kept {
            self.activate(frame, receiver);
        }
    }

    /// Keeps a function that Django calls when a model is saved or deleted.
    pub(crate) fn run_on_saves(&mut self, receiver: ValueId) {
        let models = self.values.external(knowledge::MODEL_SIGNALS);
        self.registry.of(models).handlers.insert(receiver);
    }
}
