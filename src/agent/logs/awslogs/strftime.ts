// awslogs-datetime-format as a regular expression: the conversions that Docker's awslogs driver knows. Pure.

/** By the letter of the conversion. What is not here matches nothing and is left out, as Docker leaves it out. */
const conversions: ReadonlyMap<string, string> = new Map([
  ["a", "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"],
  ["A", "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"],
  ["b", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"],
  ["B", "(?:January|February|March|April|May|June|July|August|September|October|November|December)"],
  ["d", "(?:0[1-9]|[12]\\d|3[01])"],
  ["f", "\\d{6}"],
  ["H", "(?:[01]\\d|2[0-3])"],
  ["I", "(?:0\\d|1[0-2])"],
  ["j", "(?:[0-2]\\d\\d|3[0-5]\\d|36[0-6])"],
  // Docker's milliseconds have the dot before them.
  ["L", "\\.\\d{3}"],
  ["m", "(?:0[1-9]|1[0-2])"],
  ["M", "[0-5]\\d"],
  ["p", "[AP]M"],
  ["S", "[0-5]\\d"],
  ["w", "[0-6]"],
  ["y", "\\d{2}"],
  ["Y", "\\d{4}"],
  ["z", "[+-]\\d{4}"],
  ["Z", "[A-Z]{1,4}T"],
])

/** What is no conversion stays as it is, and so may be a regular expression itself: `\[%Y`. */
export const strftimePattern = (format: string): string =>
  format.replaceAll(/%(.)/g, (_, letter: string) => conversions.get(letter) ?? "")
