// Turns the events of one test file into counts that can be trusted: each leaf test once, and everything that went
// wrong around the tests (a file that does not load, a skip, a hook that threw) as a failure. It runs nothing.

/** What is read of node:test's events. */
export interface TestEvent {
  readonly type: string
  readonly data: {
    readonly name?: string
    readonly nesting?: number
    readonly line?: number
    readonly message?: string
    readonly skip?: boolean | string
    readonly todo?: boolean | string
    readonly details?: { readonly type?: string; readonly error?: FailedTest }
  }
}

/** The error that node:test wraps around what a test threw. */
interface FailedTest extends Error {
  readonly failureType?: string
}

/** One thing that went wrong: where (`suite > test`), and why. */
export interface Failure {
  readonly name: string
  readonly line: number
  readonly reason: string
}

/** What a test says with `t.diagnostic("note: …")` is shown also when it passes. */
const noted = "note: "

/** What one file came to. `output` is what it printed, for when it failed. */
export interface FileResult {
  readonly file: string
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly output: string
  /** What its tests have to say about a run that passed: how fast, how much. */
  readonly notes: readonly string[]
}

/** Reads a file's events to their end. `file` is its path as it was given to node:test's `run`. */
export const tally = async (file: string, events: AsyncIterable<TestEvent>): Promise<FileResult> => {
  const failures: { name: string[]; line: number; reason: string; nesting: number }[] = []
  /** Results at each nesting whose parent has not been reported yet: parents come after their children. */
  const children: number[] = []
  let passed = 0
  let output = ""
  const notes: string[] = []

  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") output += data.message ?? ""
    if (type === "test:diagnostic" && data.message?.startsWith(noted)) notes.push(data.message.slice(noted.length))
    if (type !== "test:pass" && type !== "test:fail") continue
    const nesting = data.nesting ?? 0
    const name = data.name ?? ""
    const isParent = (children[nesting + 1] ?? 0) > 0
    children[nesting + 1] = 0
    children[nesting] = (children[nesting] ?? 0) + 1
    for (const failure of failures) {
      if (!isParent || failure.nesting !== nesting + 1) continue
      failure.name.unshift(name)
      failure.nesting = nesting
    }
    const reason = whyFailed(file, name, isParent, type, data)
    if (reason) failures.push({ name: name === file ? [] : [name], line: data.line ?? 1, reason, nesting })
    else if (type === "test:pass" && !isParent && data.details?.type !== "suite") passed++
  }
  const named = failures.map(({ name, line, reason }) => ({ name: name.join(" > "), line, reason }))
  if (passed + named.length === 0) named.push({ name: "", line: 1, reason: "The file has no tests." })
  return { file, passed, failures: named, output, notes }
}

const whyFailed = (
  file: string,
  name: string,
  isParent: boolean,
  type: string,
  data: TestEvent["data"],
): string | undefined => {
  if (data.skip) return `Skipped${typeof data.skip === "string" ? `: ${data.skip}` : ""}.`
  if (data.todo) return `Marked as to do${typeof data.todo === "string" ? `: ${data.todo}` : ""}.`
  // A file that loads and runs no test is reported as one passing test with the file's name.
  if (type === "test:pass") return name === file ? "The file has no tests." : undefined
  const error = data.details?.error
  // The children have been counted already; the parent adds something only when it failed by itself.
  if (isParent && error?.failureType === "subtestsFailed") return undefined
  if (name === file && error?.failureType === "testAborted") return "The file did not come to its end in time."
  if (name === file) return "The file failed outside of its tests: see what it printed."
  return describe(error)
}

/** The stack of what the test threw, without the frames of node:test itself. */
const describe = (error: FailedTest | undefined): string => {
  const thrown = error?.cause instanceof Error ? error.cause : error
  const text = thrown?.stack ?? thrown?.message ?? String(error?.cause ?? "failed")
  return text
    .split("\n")
    .filter((line) => !/^\s+at .*node:internal/.test(line))
    .join("\n")
}

/** The last line of a run. */
export const summary = (passed: number, failed: number): string => `${passed} passed, ${failed} failed`
