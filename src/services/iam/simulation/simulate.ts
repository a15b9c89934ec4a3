// What policies would allow, without doing it: SimulateCustomPolicy and SimulatePrincipalPolicy, on the evaluator that the
// gate asks for every request.
import type { ContextEntry, EvaluationResult, PolicySourceType, Statement } from "@aws-sdk/client-iam"
import type { ReadCx, ReadOp } from "../../../gate/index.ts"
import { fault, parseArn } from "../../../kernel/index.ts"
import {
  type Context,
  compilePolicy,
  contextOf,
  evaluate,
  type Matched,
  type PolicyDocument,
  parsePolicy,
  type Question,
} from "../../../policy/index.ts"
import { pageInOrder } from "../pages.ts"
import { allContextKeys } from "./context-keys.ts"
import { statementSpans } from "./positions.ts"
import { policiesOfSource, readInputs, type SourcePolicy } from "./sources.ts"

interface Simulation {
  readonly policies: readonly SourcePolicy[]
  readonly boundary: SourcePolicy | undefined
  readonly resourcePolicy: SourcePolicy | undefined
  readonly requester: Question["requester"]
  readonly resourceOwner: string
  readonly context: Context
  /** In lower case: those of the request and those that every request has. */
  readonly known: ReadonlySet<string>
}

interface Asked {
  readonly ActionNames: readonly string[] | undefined
  readonly ResourceArns?: readonly string[] | undefined
  readonly ResourcePolicy?: string | undefined
  readonly ResourceOwner?: string | undefined
  readonly CallerArn?: string | undefined
  readonly ContextEntries?: readonly ContextEntry[] | undefined
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html */
export const SimulateCustomPolicy: ReadOp<"iam", "SimulateCustomPolicy"> = (cx, input) => {
  const policies = readInputs("PolicyInputList", input.PolicyInputList)
  const [boundary] = readInputs("PermissionsBoundaryPolicyInputList", input.PermissionsBoundaryPolicyInputList)
  return answer(cx, input, policies, boundary, input.CallerArn)
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
export const SimulatePrincipalPolicy: ReadOp<"iam", "SimulatePrincipalPolicy"> = (cx, input) => {
  const source = policiesOfSource(cx, input.PolicySourceArn ?? "")
  const policies = [...source.policies, ...readInputs("PolicyInputList", input.PolicyInputList)]
  const [given] = readInputs("PermissionsBoundaryPolicyInputList", input.PermissionsBoundaryPolicyInputList)
  const own = source.boundary === undefined ? undefined : { id: "PermissionsBoundary", text: source.boundary }
  const caller = input.CallerArn ?? (source.kind === "group" ? undefined : source.arn)
  return answer(cx, input, policies, given ?? own, caller)
}

const answer = (
  cx: ReadCx,
  input: Asked,
  policies: readonly SourcePolicy[],
  boundary: SourcePolicy | undefined,
  callerArn: string | undefined,
) => {
  const { account } = cx.scope
  const arn = callerArn ?? `arn:aws:iam::${account}:root`
  const given = (input.ContextEntries ?? []).map(
    ({ ContextKeyName = "", ContextKeyValues = [], ContextKeyType = "string" }) =>
      [ContextKeyName, ContextKeyType.endsWith("List") ? ContextKeyValues : (ContextKeyValues[0] ?? "")] as const,
  )
  const entries = { ...usualContext(cx, arn), ...Object.fromEntries(given) }
  const simulation: Simulation = {
    policies,
    boundary,
    resourcePolicy: resourcePolicyOf(input.ResourcePolicy),
    requester: { account: parseArn(arn)?.account ?? account, arn },
    resourceOwner: parseArn(input.ResourceOwner ?? "")?.account ?? input.ResourceOwner ?? account,
    context: contextOf(entries),
    known: new Set(Object.keys(entries).map((key) => key.toLowerCase())),
  }
  const resources = input.ResourceArns?.length ? input.ResourceArns : ["*"]
  const pairs = (input.ActionNames ?? []).flatMap((action) => resources.map((resource) => ({ action, resource })))
  // text from memory
  for (const { action } of pairs)
    if (!/^[\w-]+:[\w*?]+$/.test(action)) throw fault("InvalidInput", `Invalid Input: ${action} is not a valid action.`)
  const { rows, frame } = pageInOrder(pairs, input)
  return { EvaluationResults: rows.map(({ action, resource }) => resultOf(simulation, action, resource)), ...frame }
}

const resourcePolicyOf = (text: string | undefined): SourcePolicy | undefined => {
  if (text === undefined) return undefined
  const parsed = parsePolicy(text, "resource")
  if (!parsed.ok) throw fault("InvalidInput", `Invalid Input: ResourcePolicy is not a valid policy. ${parsed.message}`)
  return { id: "ResourcePolicy", text }
}

const usualContext = ({ now }: ReadCx, arn: string): Record<string, string> => ({
  "aws:CurrentTime": new Date(now).toISOString().replace(/\.\d+Z$/, "Z"),
  "aws:EpochTime": String(Math.floor(now / 1000)),
  "aws:PrincipalArn": arn,
  "aws:PrincipalAccount": parseArn(arn)?.account ?? "",
  ...(arn.includes(":user/") && { "aws:username": arn.slice(arn.lastIndexOf("/") + 1) }),
})

const resultOf = (simulation: Simulation, action: string, resource: string): EvaluationResult => {
  const { policies, boundary, resourcePolicy, requester, resourceOwner, context, known } = simulation
  const sources = new Map<PolicyDocument, SourcePolicy>()
  const compiled = (source: SourcePolicy): PolicyDocument => {
    const document = compilePolicy(source.text)
    if (!sources.has(document)) sources.set(document, source)
    return document
  }
  const matched: Matched[] = []
  const verdict = evaluate(
    {
      requester,
      policies: { identity: policies.map(compiled), ...(boundary && { boundary: compiled(boundary) }) },
      action,
      resource,
      context,
      resourceAccount: resourceOwner,
      ...(resourcePolicy && { resourcePolicy: compiled(resourcePolicy) }),
    },
    matched,
  )
  const decision = verdict.allowed ? "allowed" : verdict.explicit ? "explicitDeny" : "implicitDeny"
  // Of statements that apply, AWS shows those that made the decision.
  const effect = decision === "explicitDeny" ? "Deny" : "Allow"
  const shown = decision === "implicitDeny" ? [] : matched.filter(({ statement }) => statement.effect === effect)
  const statements = shown.map((match) => shownStatement(match, sources))
  const texts = [...policies, boundary, resourcePolicy].flatMap((source) => source?.text ?? [])
  const missing = allContextKeys(texts).filter((key) => !known.has(key.toLowerCase()))
  const bounded = boundary && {
    PermissionsBoundaryDecisionDetail: {
      AllowedByPermissionsBoundary: !(!verdict.allowed && verdict.kind === "boundary"),
    },
  }
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision,
    MatchedStatements: statements,
    MissingContextValues: missing,
    EvalDecisionDetails: {},
    ...bounded,
    ...(resource !== "*" && {
      ResourceSpecificResults: [
        {
          EvalResourceName: resource,
          EvalResourceDecision: decision,
          MatchedStatements: statements,
          MissingContextValues: missing,
          ...bounded,
        },
      ],
    }),
  }
}

/** What IAM answers, which is none of the values that its own model has (LocalStack's recordings). */
const typeOf = ({ kind }: Matched): string => (kind === "resource" ? "Resource Policy" : "IAM Policy")

const shownStatement = (match: Matched, sources: ReadonlyMap<PolicyDocument, SourcePolicy>): Statement => {
  const source = sources.get(match.document)
  const span = source && statementSpans(source.text)[match.statement.index]
  return {
    SourcePolicyId: source?.id ?? "",
    SourcePolicyType: typeOf(match) as PolicySourceType,
    ...(span && { StartPosition: span.start, EndPosition: span.end }),
  }
}
