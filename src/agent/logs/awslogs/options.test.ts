// What options of the awslogs driver mean, and how wrong ones are refused.
import assert from "node:assert/strict"
import { test } from "node:test"
import { compileRegexp } from "../../../kernel/index.ts"
import { boolOf, bytesOf, parseOptions, refusalAtCreation } from "./options.ts"
import { strftimePattern } from "./strftime.ts"

const group = { "awslogs-group": "g" }

test("options that Docker takes are taken", () => {
  for (const options of [
    {},
    { "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p", "awslogs-create-group": "true", tag: "{{.Name}}" },
    { mode: "non-blocking", "max-buffer-size": "25m", "cache-disabled": "true" },
    { "awslogs-multiline-pattern": "^x", "awslogs-force-flush-interval-seconds": "1" },
    { "awslogs-format": "json/emf", "awslogs-max-buffered-events": "5" },
  ])
    assert.equal(refusalAtCreation({ ...group, ...options }), undefined)
})

test("options that Docker refuses are refused in its words", () => {
  const refusals: readonly (readonly [Record<string, string>, string])[] = [
    [{ "awslogs-grop": "g" }, "unknown log opt 'awslogs-grop' for awslogs log driver"],
    [{ "awslogs-region": "us-east-1" }, "must specify a value for log opt 'awslogs-group'"],
    [{ ...group, mode: "eventually" }, "logger: logging mode not supported: eventually"],
    [
      { ...group, "max-buffer-size": "1m" },
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    ],
    [
      { ...group, mode: "non-blocking", "max-buffer-size": "much" },
      "error parsing option max-buffer-size: invalid size: 'much'",
    ],
    [
      { ...group, "awslogs-create-group": "yes" },
      `must specify valid value for log opt 'awslogs-create-group': strconv.ParseBool: parsing "yes": invalid syntax`,
    ],
    [
      { ...group, "awslogs-force-flush-interval-seconds": "0" },
      "must specify a positive integer for log opt 'awslogs-force-flush-interval-seconds': 0",
    ],
    [
      { ...group, "awslogs-max-buffered-events": "a" },
      "must specify a positive integer for log opt 'awslogs-max-buffered-events': a",
    ],
    [
      { ...group, "awslogs-datetime-format": "%Y", "awslogs-multiline-pattern": "x" },
      "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time",
    ],
    [{ ...group, "awslogs-format": "xml" }, "unsupported log format 'xml'"],
  ]
  for (const [options, words] of refusals) assert.equal(refusalAtCreation(options), words)
})

test("a pattern that is no regular expression is found when the container starts", () => {
  assert.throws(() => parseOptions({ ...group, "awslogs-multiline-pattern": "[x" }), {
    message: 'awslogs could not parse multiline pattern key "[x": error parsing regexp: missing closing ]: `[x`',
  })
  assert.throws(() => parseOptions({ ...group, "awslogs-datetime-format": "(%Y" }), {
    message:
      'awslogs could not parse multiline pattern key "(\\\\d{4}": error parsing regexp: missing closing ): `(\\d{4}`',
  })
})

test("the defaults are Docker's interval and the buffer of ECS's agent", () => {
  assert.deepEqual(parseOptions(group), { flushAfter: 5_000 })
  assert.deepEqual(parseOptions({ ...group, mode: "non-blocking" }), { flushAfter: 5_000, bufferBytes: 10 * 1024 ** 2 })
  const vast = parseOptions({ ...group, mode: "non-blocking", "max-buffer-size": "1t" })
  assert.equal(vast.bufferBytes, 256 * 1024 ** 2, "no container may have all of the agent's memory")
  assert.deepEqual(parseOptions({ ...group, mode: "blocking", "awslogs-force-flush-interval-seconds": "2" }), {
    flushAfter: 2_000,
  })
})

test("sizes and booleans are read as Docker reads them", () => {
  const sizes = ["25m", "64KiB", "64kb", "1.5g", "7", "7b", "10 M", "1t"].map(bytesOf)
  assert.deepEqual(sizes, [25 * 1024 ** 2, 65_536, 65_536, 1.5 * 1024 ** 3, 7, 7, 10 * 1024 ** 2, 1024 ** 4])
  assert.deepEqual(["", "m", "-1", "1x", "1mm"].map(bytesOf), [undefined, undefined, undefined, undefined, undefined])
  assert.deepEqual(["true", "T", "1", "false", "0", "yes"].map(boolOf), [true, true, true, false, false, undefined])
})

test("date formats match the dates that they describe", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["%Y-%m-%d %H:%M:%S", "2026-11-26 09:08:07 INFO", true],
    ["%Y-%m-%d %H:%M:%S", "2026-13-26 09:08:07", false],
    ["%b %d, %Y %I:%M:%S %p", "Nov 06, 2026 11:59:00 PM", true],
    ["%a %B %j", "Thu November 330", true],
    ["\\[%d/%b/%Y:%H:%M:%S %z\\]", "x [26/Nov/2026:23:59:59 +0100]", true],
    ["%H:%M:%S%L", "09:08:07.123", true],
    ["%H:%M:%S%L", "09:08:07,123", false],
    ["%A %w %y %f %Z", "Monday 1 26 123456 CET", true],
    ["%d", "32", false],
    ["%Q%H", "23", true],
  ]
  for (const [format, text, expected] of cases)
    assert.equal(compileRegexp(strftimePattern(format)).test(text), expected, `${format} on ${text}`)
})
