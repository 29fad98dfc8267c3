// A calendar as it stands: components, properties and parameters.

/** A parameter of a property, its values in plain text (RFC 6868 undone); no values where it came without `=`. */
export interface Parameter {
  name: string;
  values?: string[];
}

/** One content line; `value` is as it is written, with its escapes. */
export interface Property {
  name: string;
  parameters?: Parameter[];
  value: string;
}

/** A component with everything in it, known or not, in order. `parse` gives both lists, also where they are empty. */
export interface Component {
  name: string;
  properties?: Property[];
  components?: Component[];
}

/** The outermost component of a text, usually its VCALENDAR. */
export interface Calendar extends Component {
  properties: ParsedProperty[];
  components: ParsedComponent[];
  /** Where the text has several outermost components: the others. */
  more?: ParsedComponent[];
}

export interface ParsedComponent extends Component {
  properties: ParsedProperty[];
  components: ParsedComponent[];
}

export interface ParsedProperty extends Property {
  parameters: { name: string; values: string[] }[];
}
