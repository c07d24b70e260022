/** Words of the language that the schema of documents does not name. */

/** A function of expressions: how it is called, and what it gives. */
export interface ExpressionFunction {
  readonly call: string;
  readonly gives: string;
}

export const FUNCTIONS: readonly ExpressionFunction[] = [
  { call: "root()", gives: "all roots again, for use inside a filter or behind &" },
  { call: "add(a, b)", gives: "the sum" },
  { call: "subtract(a, b)", gives: "the difference" },
  { call: "multiply(a, b)", gives: "the product" },
  { call: "divide(a, b)", gives: "the quotient" },
  { call: "split(text, separator)", gives: "the parts of a text" },
  { call: "lower(text)", gives: "the text in small letters" },
  { call: "upper(text)", gives: "the text in capitals" },
  { call: "replace(text, old, new)", gives: "the text with each old replaced" },
  { call: "unique(array)", gives: "the array without what it already had" },
  { call: "group_by(array, &expr)", gives: "an object of arrays, by a key that is a string" },
  { call: "items(object)", gives: "an array of [key, value]" },
  { call: "from_items(array)", gives: "an object made from [key, value]" },
  { call: "abs(number)", gives: "the number without its sign" },
  { call: "avg(numbers)", gives: "the mean; null of none" },
  { call: "ceil(number)", gives: "the next integer" },
  { call: "contains(subject, search)", gives: "whether an array has an element, or a text a part" },
  { call: "ends_with(text, end)", gives: "whether a text ends so" },
  { call: "floor(number)", gives: "the integer before" },
  { call: "join(glue, texts)", gives: "one text" },
  { call: "keys(object)", gives: "its keys" },
  { call: "length(subject)", gives: "how many characters, elements or keys" },
  { call: "map(&expr, array)", gives: "the expression of each element, nulls kept" },
  { call: "max(array)", gives: "the greatest number or string" },
  { call: "max_by(array, &expr)", gives: "the element with the greatest key" },
  { call: "merge(object, …)", gives: "one object; later keys win" },
  { call: "min(array)", gives: "the least number or string" },
  { call: "min_by(array, &expr)", gives: "the element with the least key" },
  { call: "not_null(value, …)", gives: "the first that is not null" },
  { call: "reverse(subject)", gives: "an array or a text backwards" },
  { call: "sort(array)", gives: "numbers or strings in order" },
  { call: "sort_by(array, &expr)", gives: "elements in the order of a key" },
  { call: "starts_with(text, start)", gives: "whether a text starts so" },
  { call: "sum(numbers)", gives: "the sum" },
  { call: "to_array(value)", gives: "an array of the value, unless it is one" },
  { call: "to_number(value)", gives: "a text as a number; null where it is none" },
  { call: "to_string(value)", gives: "a value as JSON; a text stays as it is" },
  { call: "type(value)", gives: "the name of its type" },
  { call: "values(object)", gives: "its values" },
];

/** Error codes that a `retry` or a `catch` may name; `*` stands for all that can be caught. */
export const ERROR_CODES: readonly string[] = [
  "*",
  "ToolError",
  "TransportError",
  "ServerUnavailable",
  "RateLimited",
  "Timeout",
  "ToolNotFound",
  "InputInvalid",
  "OutputInvalid",
  "ExpressionError",
  "ApprovalRejected",
  "ApprovalTimeout",
  "ToleratedFailureExceeded",
  "LoopExhausted",
  "OutcomeUnknown",
  "ScenarioFailed",
];
