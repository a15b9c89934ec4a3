// Resource policies of an account and region: PutResourcePolicy, DescribeResourcePolicies, DeleteResourcePolicy. Kept as they
// come: the services that they would let in are not here.
import type { Op, Output, ReadOp } from "../../gate/index.ts"
import { Fault, fault, scopeKey } from "../../kernel/index.ts"
import type { LogResourcePolicyRow } from "../../state/index.ts"
import { atMost, limitOf, oneOf, readToken, writeToken } from "./checks.ts"

/** AWS: "up to 10 resource policies per AWS Region per account". */
const mostPolicies = 10
const longestDocument = 51_200

const notForResources = (operation: string) =>
  new Fault("NotImplemented", `Roadstead does not implement resourceArn of logs:${operation} yet.`, { status: 501 })

const named = (name: string | undefined): string => {
  // Text from memory.
  if (!name) throw fault("InvalidParameterException", "Policy name cannot be null or empty.")
  return name
}

const isObject = (text: string): boolean => {
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === "object" && document !== null && !Array.isArray(document)
  } catch {
    return false
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html */
export const PutResourcePolicy: Op<"logs", "PutResourcePolicy"> = (cx, input) => {
  if (input.resourceArn !== undefined) throw notForResources("PutResourcePolicy")
  const name = named(input.policyName)
  const document = atMost("policyDocument", input.policyDocument ?? "", longestDocument)
  // Text from memory.
  if (!isObject(document)) throw fault("InvalidParameterException", "The policy document is not valid JSON.")
  const known = cx.tx.logResourcePolicies.by("scope", scopeKey(cx.scope))
  if (known.length >= mostPolicies && !known.some((policy) => policy.name === name)) {
    throw fault("LimitExceededException", "Resource limit exceeded.")
  }
  const { account, region } = cx.scope
  const row = cx.tx.logResourcePolicies.put({ account, region, name, document, updatedAt: cx.now })
  return { resourcePolicy: describePolicy(row) }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html */
export const DeleteResourcePolicy: Op<"logs", "DeleteResourcePolicy"> = (cx, input) => {
  if (input.resourceArn !== undefined) throw notForResources("DeleteResourcePolicy")
  const name = named(input.policyName)
  if (!cx.tx.logResourcePolicies.delete(`${scopeKey(cx.scope)}/${name}`)) {
    throw fault("ResourceNotFoundException", `Policy with name [${name}] does not exist.`)
  }
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html */
export const DescribeResourcePolicies: ReadOp<"logs", "DescribeResourcePolicies"> = (cx, input) => {
  const limit = limitOf(input.limit, 50)
  // Policies of a resource cannot be made, so there is none.
  if (oneOf("policyScope", input.policyScope, ["ACCOUNT", "RESOURCE"]) === "RESOURCE" || input.resourceArn) {
    return { resourcePolicies: [] }
  }
  const page = cx.tx.logResourcePolicies.page("scope", scopeKey(cx.scope), {
    limit,
    ...(input.nextToken !== undefined && { after: readToken(input.nextToken, { after: "" }).after }),
  })
  return {
    resourcePolicies: page.rows.map(describePolicy),
    ...(page.next !== undefined && { nextToken: writeToken({ after: page.next }) }),
  }
}

const describePolicy = ({
  name,
  document,
  updatedAt,
}: LogResourcePolicyRow): NonNullable<Output<"logs", "PutResourcePolicy">["resourcePolicy"]> => ({
  policyName: name,
  policyDocument: document,
  lastUpdatedTime: updatedAt,
  policyScope: "ACCOUNT",
})
