// Examples in the spirit of AWS's pages on filter patterns, and what people have reported AWS to answer.
import assert from "node:assert/strict"
import { test } from "node:test"
import { filterPatternOf } from "./index.ts"

const pattern = (text: string) => filterPatternOf(text, "filter pattern")

/** A pattern, messages that match it, and messages that do not. */
type Case = readonly [pattern: string, matching: readonly string[], others: readonly string[]]

const check = (cases: readonly Case[]) => {
  for (const [text, matching, others] of cases) {
    const { matches } = pattern(text)
    for (const message of matching) assert.equal(matches(message), true, `${text} should match ${message}`)
    for (const message of others) assert.equal(matches(message), false, `${text} should not match ${message}`)
  }
}

test("terms are looked for anywhere, in their case, and all of them, or any, or none", () => {
  check([
    ["", ["anything", " "], []],
    ["  \n", ["anything"], []],
    ["ERROR", ["[ERROR] x", "ERRORCODE: -1"], ["error", "ERRO R"]],
    ["ERROR disk", ["disk: ERROR", "ERROR diskette"], ["ERROR", "disk"]],
    ['"disk is full"', ["the disk is full!"], ["full is disk", "disk  is full"]],
    ['"[ERROR]" Exception', ["[ERROR] InvalidQueryException"], ["[ERROR] none", "Exception"]],
    ["?ERROR ?WARN", ["an ERROR", "a WARNING", "ERROR WARN"], ["INFO"]],
    ['?"out of memory" ?killed', ["was killed", "is out of memory"], ["memory"]],
    ["ERROR -Exiting", ["ERROR"], ["ERROR Exiting", "x"]],
    ['"ERROR" - "Exiting"', ["ERROR"], ["ERROR Exiting"]],
    ["-debug", ["info", ""], ["a debug line"]],
    // Next to other terms those with a question mark are ignored.
    ["?ERROR ?WARN request", ["a request"], ["ERROR"]],
    ["?ERROR -request", ["nothing"], ["ERROR request"]],
    ['" "', ["two words", "one"], []],
    ['"say \\"hello\\""', ['they say "hello" again'], ["say hello"]],
    ['"C:\\\\temp"', ["in C:\\temp"], ["in C:temp"]],
    ['"naïve ü"', ["a naïve ü"], ["a naive u"]],
  ])
})

test("regular expressions find what AWS's operators mean", () => {
  check([
    ["%AUTHORIZED%", ["[401] UNAUTHORIZED"], ["authorized"]],
    ["%^[hc]at%", ["hat", "cat and"], ["a cat", "bat"]],
    ["%[hc]at$%", ["the hat"], ["hats"]],
    ["%^[hc]at$%", ["hat"], ["hats", "that"]],
    ["%colou?r%", ["color", "colour"], ["colouur"]],
    ["%[abcx-z]9%", ["x9", "b9"], ["d9"]],
    ["%^a{3,5}$%", ["aaa", "aaaaa"], ["aa", "aaaaaa"]],
    ["%^a{2}$%", ["aa"], ["a", "aaa"]],
    ["%^a{2,}$%", ["aa", "aaaaaaa"], ["a"]],
    ["%^a{,2}$%", ["", "a", "aa"], ["aaa"]],
    ["%^a{1, 2}b%", ["ab", "aab"], ["aaab", "b"]],
    ["%gra|ey%", ["gray", "grey"], ["gry"]],
    ["%^starting|^shutting down%", ["shutting down now", "starting"], ["is starting"]],
    ["%10\\.10\\.0\\.1%", ["from 10.10.0.1"], ["10010,051"]],
    ["%^ab*c$%", ["ac", "abbbc"], ["abb"]],
    ["%^ab+c$%", ["abc", "abbc"], ["ac"]],
    ["%^.at$%", ["#at", " at", "üat"], ["at"]],
    ["%^\\d\\D\\s\\S\\w\\W$%", ["1a x_-"], ["1a x_a", "11 x_-"]],
    ["%\\x3A\\x28%", ["a:(b"], ["a:b"]],
    ["%[^0-9]%", ["12a", "1ü"], ["123"]],
    ["%[\\d\\-]x%", ["-x", "4x"], ["dx"]],
    ["%a.*?b%", ["a---b"], ["ba"]],
    ["%one% two", ["two one"], ["one", "two"]],
    ["-%\\d%", ["no digit"], ["digit 4"]],
  ])
})

const trail = JSON.stringify({
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [
    { name: "a", id: 1 },
    { name: "b", id: 2 },
  ],
  someObject: null,
  flag: true,
  off: false,
  count: 123,
  "cluster.name": "c",
  "detail-type": "d",
  nested: { deep: { er: ["x", ["y"]] } },
  quote: 'say "no"',
  numberInText: "42",
  account: "12345678901234567890",
})

test("JSON patterns compare texts, numbers, elements and keywords", () => {
  const yes = [
    '{ $.eventType = "UpdateTrail" }',
    "{$.eventType=UpdateTrail}",
    "{ $.sourceIPAddress != 123.123.* }",
    '{ $.sourceIPAddress = "*.111" }',
    '{ $.sourceIPAddress = "*111.111*" }',
    // An asterisk in between is an asterisk.
    "{ $.sourceIPAddress != 111*111 }",
    '{ $.eventType = "*" }',
    "{ $.count = * }",
    '{ $.arrayKey[0] = "value" }',
    "{ $.arrayKey[*] = %^another% }",
    "{ $.objectList[1].id = 2 }",
    "{ $.objectList[*].id > 1 }",
    "{ $.* = %111\\.111% }",
    "{ $.['cluster.name'] = \"c\" }",
    '{ $["cluster.name"] = "c" }',
    "{ $.detail-type = d }",
    '{ $.nested.deep.er[1][0] = "y" }',
    "{ $.someObject IS NULL }",
    "{ $.flag IS TRUE }",
    "{ $.off IS FALSE}",
    "{ $.other NOT EXISTS }",
    "{ $.eventType.more NOT EXISTS }",
    "{ $.count = 123 }",
    "{ $.count = 123.0 }",
    "{ $.count = 1.23e+2 }",
    "{ $.count = +123 }",
    '{ $.count = "123" }',
    '{ $.count != "123.0" }',
    "{ $.count = 12* }",
    '{ $.count = "*23" }',
    "{ $.count > 122.5 }",
    "{ $.count >= 123 && $.count <= 123 }",
    "{ $.count < 1e3 }",
    "{ $.numberInText = 42 }",
    "{ $.numberInText > 41 }",
    '{ $.quote = "say \\"no\\"" }',
    "{ $.eventType != 111 }",
    "{ $.account = 12345678901234567890 }",
    '{ ($.count = 1) || $.eventType = "UpdateTrail" && ($.flag IS TRUE) }',
    '{ $.count = 123 || $.count = 1 && $.eventType = "none" }',
    "  { $.count = 123 }\n",
  ]
  const no = [
    "{ $.eventType = updatetrail }",
    "{ $.other = * }",
    // What is not there, and what is neither text nor number, is not different either.
    "{ $.other != x }",
    '{ $.arrayKey != "x" }',
    "{ $.objectList = 1 }",
    "{ $.flag = true }",
    "{ $.flag != x }",
    '{ $.someObject = "*" }',
    "{ $.someObject NOT EXISTS }",
    "{ $.eventType IS NULL }",
    "{ $.arrayKey[7] = * }",
    "{ $.arrayKey.0 = * }",
    '{ $.nested["deep"][0] = * }',
    "{ $.eventType > 1 }",
    "{ $.eventType < 1 }",
    "{ $.account = 12345678901234567891 }",
    '{ ($.count = 123 || $.count = 1) && $.eventType = "none" }',
    "{ $.toString = * }",
    "{ $.__proto__ IS NULL }",
  ]
  check([...yes.map((text): Case => [text, [trail], []]), ...no.map((text): Case => [text, [], [trail]])])
})

test("a number is compared as text as it is written", () => {
  check([
    ['{ $.n = "12.0" }', ['{"n":12.0}'], ['{"n":12}']],
    ["{ $.n = 12 }", ['{"n":12.0}', '{"n":1.2e1}'], ['{"n":12.5}']],
    ["{ $.n = %e5$% }", ['{"n":1e5}'], ['{"n":100000}']],
  ])
})

test("JSON patterns match JSON messages only, and of those objects and arrays", () => {
  check([
    [
      "{ $.a NOT EXISTS }",
      ["{}", " {}", "[]"],
      ["", "text", "12", "null", "{", '{"a":1}', 'INFO {"b":1}', "{} {}", '"text"'],
    ],
    ["{ $[0] = 1 }", ["[1]"], ["[2]", '{"0":1}']],
  ])
})

const access = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'

test("space-delimited patterns count fields, take an ellipsis, and hold conditions", () => {
  const yes = [
    "[]",
    "[ip, user, name, time, request, status, bytes]",
    "[ip, user, name, time, request, status=4*, bytes>1000]",
    "[ip, user, rest]",
    "[all]",
    "[..., status = 404, bytes]",
    "[..., request=*.html*, status_code=4*,]",
    "[ip, ..., bytes >= 1534]",
    "[ip, user, ...]",
    "[...]",
    "[,,name=frank,...]",
    "[a, b, c, d, e, f, g, ...]",
    '[ip, user = "-", ...]',
    '[..., request = "GET /index.html HTTP/1.0", status, bytes]',
    "[..., status = 4* && status != 403, bytes]",
    "[..., status = 404 || status = 410, bytes]",
    "[..., (status = 404 || status = 410) && status > 4, bytes]",
    "[ip=%^127\\.0\\.0\\.[1-9]$%, ...]",
    '[ip, user, rest="frank*"]',
  ]
  const no = [
    "[a, b, c, d, e, f, g, h]",
    "[a, b, c, d, e, f, g, h, ...]",
    "[ip, user=frank, ...]",
    "[..., status=5*, bytes]",
    "[..., bytes < 1000]",
    "[..., bytes > 1534]",
    "[ip=127, ...]",
    "[..., request = GET*.gif, status, bytes]",
  ]
  check(yes.map((text): Case => [text, [access], []]))
  check(no.map((text): Case => [text, [], [access]]))
  check([
    ["[w1=ERROR, w2]", ["ERROR disk full", "ERROR x"], ["INFO x", "ERROR"]],
    ["[w1=ERROR]", ["ERROR", " ERROR "], ["ERROR x"]],
    ["[w1=ERROR || w1=WARN, w2]", ["WARN x"], ["INFO x"]],
    ["[w1!=ERROR && w1!=WARN, w2]", ["INFO x"], ["ERROR x", "WARN x"]],
    ["[..., n > 3]", ["a 4"], ["a 3", "a x"]],
    ["[]", ["", "x"], []],
    ["[a]", ["x"], ["", "  "]],
  ])
})

test("fields are words, quoted texts and bracketed ones; what nothing closes is a word", () => {
  const { extract } = pattern("[...]")
  assert.deepEqual(extract('a  [b c]\t"d e" [f "g'), { $1: "a", $2: "b c", $3: "d e", $4: "[f", $5: '"g' })
  assert.deepEqual(extract(""), {})
})

test("the values that a match has are named, and numbered where they have no name", () => {
  const of = (text: string, message = access) => pattern(text).extract(message)
  assert.deepEqual(of("[..., status=4*, size]"), {
    $1: "127.0.0.1",
    $2: "-",
    $3: "frank",
    $4: "10/Oct/2000:13:25:15 -0700",
    $5: "GET /index.html HTTP/1.0",
    $status: "404",
    $size: "1534",
  })
  assert.deepEqual(of("[ip, user, rest]", "1.2.3.4 - [a b] c"), { $ip: "1.2.3.4", $user: "-", $rest: "[a b] c" })
  assert.deepEqual(of("[ip, user, rest]", "1.2.3.4 - [a b]"), { $ip: "1.2.3.4", $user: "-", $rest: "a b" })
  assert.deepEqual(of("[..., status=5*, size]"), {})
  // Observed on AWS: JSON and text give none.
  assert.deepEqual(pattern("{ $.a = 1 }").extract('{"a":1}'), {})
  assert.deepEqual(pattern("ERROR").extract("ERROR"), {})
})

test("what is no pattern is refused in AWS's words", () => {
  const invalid = "Invalid filter pattern"
  const term = (text: string) => `Invalid character(s) in term '${text}'`
  const refusals: readonly (readonly [string, string])[] = [
    ["Status: timeout", term(":")],
    ["request-id", term("-")],
    ["(x)", term("(")],
    ["`x`", term("`")],
    ['""', term('""')],
    ["grün", term("ü")],
    ['"open', invalid],
    ["ERROR -", invalid],
    ["?", invalid],
    ["%open", invalid],
    ["%%", invalid],
    ["%something!%", invalid],
    ["%(a|b)%", invalid],
    ["%\\(a\\)%", invalid],
    ["%ü%", invalid],
    ["%\\p%", invalid],
    ["%\\xZZ%", invalid],
    ["%\\xFF%", invalid],
    ["%a**%", invalid],
    ["%a++%", invalid],
    ["%*a%", invalid],
    ["%a{3,%", invalid],
    ["%a{3,1}%", invalid],
    ["%a{,}%", invalid],
    ["%a{9999}%", invalid],
    ["%[z-a]%", invalid],
    ["%[]%", invalid],
    ["%[abc%", invalid],
    ["%a\\%", invalid],
    ["%a$b%", invalid],
    ["%a% %b% %c%", invalid],
    ['{ $.a = "b"', "If a filter pattern starts with '{' it must end with '}'"],
    ['{ $."a-b" = 5* }', term('$."')],
    ['{ $.a > "3" }', term('"3"')],
    ["{ $.a >= text }", term("text")],
    ["{ $.a < 4* }", term("4*")],
    ["{ $.a > %3% }", invalid],
    ["{ $.a == 1 }", term("=")],
    ["{ $.a = b:c }", term(":")],
    ["{ $.a }", term("}")],
    ["{ $.a EXISTS }", term("E")],
    ["{ $.a IS NOT NULL }", term("I")],
    ["{ $.a IS MAYBE }", term("I")],
    ["{ a = 1 }", term("a")],
    ["{ $ = 1 }", term("$ ")],
    ["{ $.a = 1 && }", term("}")],
    ["{ ($.a = 1 }", term("}")],
    ["{ $.a = 1 }x }", term("x")],
    ["{ $.a[x] = 1 }", term("x")],
    ["{ $.a[0 = 1 }", term(" ")],
    ['{ $.a = "open }', invalid],
    ["{}", term("}")],
    ["{ $.*[*] = 1 }", invalid],
    ["{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }", invalid],
    [`{ ${"(".repeat(400)}$.a = 1${")".repeat(400)} }`, invalid],
    ["[a, b", "If a filter pattern starts with '[' it must end with ']'"],
    ["[a, ..., b, ...]", invalid],
    ["[a, a]", invalid],
    ["[a = ]", term("]")],
    ["[1a]", term("1")],
    ["[a b]", term("b")],
    ["[a, b=x || c=y]", invalid],
    ["[a=x ||]", term("]")],
    ["[a]b]", term("b")],
  ]
  for (const [text, message] of refusals) {
    assert.throws(() => pattern(text), { code: "InvalidParameterException", message }, text)
  }
  assert.throws(() => filterPatternOf("%(%", "metric filter pattern"), { message: "Invalid metric filter pattern" })
})
