//! Which change of status is allowed from where.

use super::Status;

/// A step in an appointment's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// Agree to a request.
    Confirm,
    /// Call off.
    Cancel,
    /// Refuse a request.
    Decline,
}

impl Transition {
    /// The status after this step, or none where it is not allowed. A step that was already made is allowed and
    /// changes nothing, so that a repeated call is harmless.
    pub fn from(self, status: Status) -> Option<Status> {
        let to = match self {
            Self::Confirm => Status::Confirmed,
            Self::Cancel => Status::Cancelled,
            Self::Decline => Status::Declined,
        };
        let allowed = match self {
            Self::Confirm | Self::Decline => status == Status::Pending,
            Self::Cancel => status.is_live(),
        };
        (allowed || status == to).then_some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_called_off_cannot_be_confirmed() {
        assert_eq!(Transition::Confirm.from(Status::Cancelled), None);
        assert_eq!(Transition::Confirm.from(Status::Pending), Some(Status::Confirmed));
    }

    #[test]
    fn only_a_request_can_be_declined() {
        assert_eq!(Transition::Decline.from(Status::Confirmed), None);
        assert_eq!(Transition::Decline.from(Status::Pending), Some(Status::Declined));
    }

    #[test]
    fn repeating_a_step_is_harmless() {
        assert_eq!(Transition::Cancel.from(Status::Cancelled), Some(Status::Cancelled));
    }
}
