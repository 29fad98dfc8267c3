// What is wrong with a calendar, as data; problems.md says what each code means.

/** What is wrong with a text: with a line of it, a property, a component or the whole. */
export interface Problem {
  /** A stable word; problems.md says what each means. */
  code: ProblemCode;
  /**
   * `lost`: something could not be used. `mended`: it was read by a guess or a repair that may be wrong. `formal`: it
   * breaks a rule and no reader minds; these are told with `strict` only.
   */
  severity: "lost" | "mended" | "formal";
  /** What is wrong and what was done about it, in English; it may change. */
  message: string;
  /** Counted from 1. */
  line?: number;
  /** The octet in the unfolded line, counted from 1: of a property the one at which its value begins. */
  column?: number;
  /** The component that it stands in. */
  component?: string;
  /** Of the event or other entry that it concerns, as `events` have it. */
  uid?: string;
  /** The property that it concerns, also one that is missing. */
  property?: string;
}

export type ProblemCode =
  | "no_calendar"
  | "cut_off"
  | "malformed_line"
  | "outside_component"
  | "nested_too_deeply"
  | "more_problems"
  | "no_start"
  | "invalid_value"
  | "invalid_rule"
  | "unsupported_rule"
  | "unknown_time_zone"
  | "duplicate_uid"
  | "budget_exhausted"
  | "unexpected_end"
  | "missing_end"
  | "not_utf8"
  | "control_character"
  | "unclosed_quote"
  | "outside_calendar"
  | "time_zone_contradiction"
  | "end_before_start"
  | "end_and_duration"
  | "mixed_dates_and_times"
  | "until_before_start"
  | "start_outside_rule"
  | "misplaced_rule_part"
  | "ignored_rule_part"
  | "override_without_master"
  | "repeated_property"
  | "missing_property"
  | "missing_component"
  | "misplaced_property"
  | "value_not_allowed"
  | "other_value_type"
  | "until_and_count"
  | "misplaced_tzid"
  | "missing_time_zone"
  | "unescaped_text"
  | "long_line"
  | "line_end"
  | "parameter_quoting"
  | "invalid_name";
