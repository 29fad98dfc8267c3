//! What is wrong with a text, as JavaScript gets it.

use super::flat::Told;
use crate::ics::Problem;

pub(super) fn problem(told: &mut Told, problem: &Problem) {
    told.text(problem.what.code());
    told.text(problem.what.severity().as_str());
    told.written(|text| problem.write_message(text));
    told.number(problem.line.into());
    told.number(problem.column.into());
    for text in [&problem.component, &problem.uid, &problem.property] {
        told.text(text.as_deref().unwrap_or_default());
    }
}
