// What IAM refuses in a policy document, in its words and in its order: the first problem of a document is the one that is
// said. The words and the order were learned from moto's tests, which were recorded against IAM
// (tests/test_iam/test_iam_policies.py), those of trust policies from reports of users.
import { isOperand, isOperator } from "./conditions/index.ts"
import { isObject, listed, type RawStatement } from "./document.ts"
import { resourceProblem } from "./validate-resource.ts"

/** What a document is for. `identity`: attached to principals; `resource`: attached to a resource; `trust`: of a role. */
export type DocumentKind = "identity" | "resource" | "trust"

const topElements = new Set(["Version", "Id", "Statement"])
const statementElements = new Set([
  ...["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"],
])
const versions = new Set(["2008-10-17", "2012-10-17"])
const syntax = "Syntax errors in policy."

/** The words for what is wrong with a parsed document, or undefined. */
export const documentProblem = (raw: unknown, kind: DocumentKind): string | undefined => {
  if (!isObject(raw) || !isWellFormed(raw)) return syntax
  const statements = listed(raw.Statement).filter(isObject)
  if (kind === "trust") return trustProblem(statements)
  if (kind === "identity") {
    if (statements.some((s) => "Principal" in s || "NotPrincipal" in s)) {
      return "Policy document should not specify a principal."
    }
    if (raw.Version !== "2012-10-17") return "Policy document must be version 2012-10-17 or greater."
  }
  return commonProblem(statements, kind)
}

const isWellFormed = (raw: RawStatement): boolean => {
  if (Object.keys(raw).some((key) => !topElements.has(key))) return false
  if ("Version" in raw && !(typeof raw.Version === "string" && versions.has(raw.Version))) return false
  if ("Id" in raw && typeof raw.Id !== "string") return false
  const statements = listed(raw.Statement)
  return statements.length > 0 && statements.every((statement) => isObject(statement) && isStatement(statement))
}

const isStatement = (raw: RawStatement): boolean =>
  Object.keys(raw).every((key) => statementElements.has(key)) &&
  !["Action", "Resource", "Principal"].some((name) => name in raw && `Not${name}` in raw) &&
  typeof raw.Effect === "string" &&
  /^(allow|deny)$/i.test(raw.Effect) &&
  ["Action", "NotAction", "Resource", "NotResource"].every((name) => !(name in raw) || areTexts(raw[name])) &&
  (!("Sid" in raw) || typeof raw.Sid === "string") &&
  ["Principal", "NotPrincipal"].every((name) => !(name in raw) || isPrincipal(raw[name])) &&
  (!("Condition" in raw) || isCondition(raw.Condition))

const areTexts = (value: unknown): boolean =>
  typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"))

const principalTypes = new Set(["AWS", "Service", "Federated", "CanonicalUser", "*"])
const isPrincipal = (value: unknown): boolean =>
  value === "*" ||
  (isObject(value) && Object.entries(value).every(([type, names]) => principalTypes.has(type) && areTexts(names)))

/** An operator that does not exist is taken when nothing stands under it. */
const isCondition = (value: unknown): boolean =>
  isObject(value) &&
  Object.entries(value).every(
    ([operator, keys]) =>
      isObject(keys) &&
      (isOperator(operator) || Object.keys(keys).length === 0) &&
      Object.values(keys).every((wanted) => listed(wanted).every((item) => !isNested(item))),
  )

const isNested = (value: unknown): boolean => value === null || typeof value === "object"

const legacy = "The policy failed legacy parsing"

const commonProblem = (statements: readonly RawStatement[], kind: DocumentKind): string | undefined => {
  if (statements.some((statement) => failsLegacyParsing(statement))) return legacy
  const resources = statements.map((statement) => resourceProblem(texts(statement.Resource ?? statement.NotResource)))
  // What fails legacy parsing is said before anything else that is wrong with a resource.
  if (resources.includes(legacy)) return legacy
  return (
    repeatedSid(statements) ??
    (statements.some((s) => isEmpty(s, "Action")) ? "Policy statement must contain actions." : undefined) ??
    (kind === "identity" && statements.some((s) => isEmpty(s, "Resource"))
      ? "Policy statement must contain resources."
      : undefined) ??
    (kind === "resource" && statements.some((s) => !("Principal" in s) && !("NotPrincipal" in s))
      ? "Missing required field Principal"
      : undefined) ??
    resources.find((problem) => problem !== undefined) ??
    firstProblem(statements, actionProblem)
  )
}

const failsLegacyParsing = (statement: RawStatement): boolean =>
  (statement.Effect !== "Allow" && statement.Effect !== "Deny") ||
  Object.entries(isObject(statement.Condition) ? statement.Condition : {}).some(
    ([operator, keys]) =>
      isOperator(operator) &&
      Object.values(isObject(keys) ? keys : {}).some((wanted) =>
        listed(wanted).some((value) => !isOperand(operator, String(value))),
      ),
  )

const texts = (value: unknown): readonly string[] => listed(value).map(String)

const isEmpty = (statement: RawStatement, name: "Action" | "Resource"): boolean =>
  listed(statement[name] ?? statement[`Not${name}`]).length === 0

const repeatedSid = (statements: readonly RawStatement[]): string | undefined => {
  const sids = statements.flatMap(({ Sid }) => (typeof Sid === "string" && Sid !== "" ? [Sid] : []))
  return new Set(sids).size < sids.length ? "Statement IDs (SID) in a single policy must be unique." : undefined
}

const firstProblem = (
  statements: readonly RawStatement[],
  problemOf: (action: string) => string | undefined,
): string | undefined => {
  for (const statement of statements) {
    for (const action of texts(statement.Action ?? statement.NotAction)) {
      const problem = problemOf(action)
      if (problem) return problem
    }
  }
  return undefined
}

const actionProblem = (action: string): string | undefined => {
  if (action === "*") return undefined
  const [vendor = "", ...rest] = action.split(":")
  if (rest.length === 0) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
  if (rest.length > 1) return "Actions/Condition can contain only one colon."
  return vendor === "*" || /^[a-zA-Z0-9.-]+$/.test(vendor) ? undefined : `Vendor ${vendor} is not valid`
}

const trustProblem = (statements: readonly RawStatement[]): string | undefined => {
  if (statements.some((s) => "Resource" in s || "NotResource" in s)) return "Has prohibited field Resource"
  if (statements.some((s) => !("Principal" in s) && !("NotPrincipal" in s))) return "Missing required field Principal"
  if (statements.some((s) => isEmpty(s, "Action"))) return "Missing required field Action"
  if (statements.some((s) => failsLegacyParsing(s))) return legacy
  return (
    repeatedSid(statements) ??
    firstProblem(statements, actionProblem) ??
    firstProblem(statements, (action) =>
      /^(sts:|\*$)/i.test(action) ? undefined : "AssumeRole policy may only specify STS AssumeRole actions.",
    )
  )
}
