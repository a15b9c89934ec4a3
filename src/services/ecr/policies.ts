// Policies of repositories, which the gate asks (authorise.ts), and of the registry, which are kept.
import { isAllowed, type Op, type ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import { parsePolicy } from "../../policy/index.ts"
import { invalidParameter, noRegistryPolicy, noRepositoryPolicy } from "./faults.ts"
import { findRepository, type Place, placeKey, repositoryArn } from "./names.ts"

const longest = 10_240

const check = (text: string, of: string): string => {
  const parsed = text.length > longest ? undefined : parsePolicy(text, "resource")
  if (!parsed?.ok) throw invalidParameter("PolicyText", `Invalid ${of} policy provided`)
  return text
}

const named = (place: Place) => ({ registryId: place.account, repositoryName: place.repository })

export const SetRepositoryPolicy: Op<"ecr", "SetRepositoryPolicy"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const policyText = check(input.policyText ?? "", "repository")
  const again = { action: "ecr:SetRepositoryPolicy", resources: [repositoryArn(place)], policyOf: () => policyText }
  // AWS: "If the policy would prevent you from setting another policy in the future, you must force".
  if (!input.force && !isAllowed(cx, [again]))
    throw invalidParameter(
      "PolicyText",
      "Invalid repository policy provided: it would prevent you from setting another one. Use force to set it", // text from memory
    )
  cx.tx.ecrRepositories.patch(placeKey(place), { policy: policyText })
  return { ...named(place), policyText }
}

export const GetRepositoryPolicy: ReadOp<"ecr", "GetRepositoryPolicy"> = (cx, input) => {
  const { place, row } = findRepository(cx, input)
  if (row.policy === undefined) throw noRepositoryPolicy(place)
  return { ...named(place), policyText: row.policy }
}

export const DeleteRepositoryPolicy: Op<"ecr", "DeleteRepositoryPolicy"> = (cx, input) => {
  const { place, row } = findRepository(cx, input)
  if (row.policy === undefined) throw noRepositoryPolicy(place)
  cx.tx.ecrRepositories.patch(placeKey(place), { policy: undefined })
  return { ...named(place), policyText: row.policy }
}

export const PutRegistryPolicy: Op<"ecr", "PutRegistryPolicy"> = (cx, input) => {
  const policyText = check(input.policyText ?? "", "registry")
  const { account, region } = cx.scope
  cx.tx.ecrRegistries.put({ ...cx.tx.ecrRegistries.get(scopeKey(cx.scope)), account, region, policy: policyText })
  return { registryId: account, policyText }
}

export const GetRegistryPolicy: ReadOp<"ecr", "GetRegistryPolicy"> = (cx) => {
  const policyText = cx.tx.ecrRegistries.get(scopeKey(cx.scope))?.policy
  if (policyText === undefined) throw noRegistryPolicy(cx.scope)
  return { registryId: cx.scope.account, policyText }
}

export const DeleteRegistryPolicy: Op<"ecr", "DeleteRegistryPolicy"> = (cx) => {
  const policyText = cx.tx.ecrRegistries.get(scopeKey(cx.scope))?.policy
  if (policyText === undefined) throw noRegistryPolicy(cx.scope)
  cx.tx.ecrRegistries.patch(scopeKey(cx.scope), { policy: undefined })
  return { registryId: cx.scope.account, policyText }
}

/** Nothing is replicated here: PutReplicationConfiguration is not there, so there are no rules. */
export const DescribeRegistry: ReadOp<"ecr", "DescribeRegistry"> = (cx) => ({
  registryId: cx.scope.account,
  replicationConfiguration: { rules: [] },
})
