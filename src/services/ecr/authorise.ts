// What ECR's operations need permission for: the action on the ARN of the repository, or on everything; with the policy and
// the tags of a repository that is there. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
import type { Tag } from "@aws-sdk/client-ecr"
import type { Authorise, Demand, ReadCx } from "../../gate/index.ts"
import { formatArn, parseArn } from "../../kernel/index.ts"
import type { NamesRepository } from "./names.ts"

/** One action that has no resource: actions of the registry. */
export const onRegistry =
  (action: string): Authorise<unknown> =>
  () => [{ action: `ecr:${action}`, resources: ["*"] }]

/** Whether the id can be a registry's is asked after this. */
const arnOf = ({ scope }: ReadCx, registryId: string | undefined, name: string): string =>
  formatArn("ecr", { ...scope, account: registryId ?? scope.account }, `repository/${name}`)

const rowOf = (cx: ReadCx, arn: string) => {
  const { account = "", region = "", resource = "" } = parseArn(arn) ?? {}
  return cx.tx.ecrRepositories.get(`${account}/${region}/${resource.slice("repository/".length)}`)
}

/** A demand on repositories, whose own policies have a say too. */
const demand = (cx: ReadCx, action: string, resources: readonly string[], more: Partial<Demand> = {}): Demand => ({
  action: `ecr:${action}`,
  resources,
  policyOf: (arn) => rowOf(cx, arn)?.policy,
  about: (arn) => ({ tags: Object.entries(rowOf(cx, arn)?.tags ?? {}).map(([key, value]) => ({ key, value })) }),
  ...more,
})

/** One action on the repository that the input names. */
export const onRepository =
  <I extends NamesRepository>(action: string): Authorise<I> =>
  (cx, { registryId, repositoryName = "" }) => [demand(cx, action, [arnOf(cx, registryId, repositoryName)])]

/** One action on several repositories; on all of the registry when none is named. */
export const onRepositories =
  <I extends { readonly registryId?: string | undefined; readonly repositoryNames?: string[] | undefined }>(
    action: string,
  ): Authorise<I> =>
  (cx, { registryId, repositoryNames = ["*"] }) => [
    demand(
      cx,
      action,
      repositoryNames.map((name) => arnOf(cx, registryId, name)),
    ),
  ]

/** One action on the repository whose ARN the input says. */
export const onArn =
  <I extends { readonly resourceArn: string | undefined }>(action: string): Authorise<I> =>
  (cx, input) => [demand(cx, action, [input.resourceArn ?? ""], requestTags(input))]

const requestTags = (input: object): Pick<Demand, "conditions"> => {
  const { tags, tagKeys } = input as { readonly tags?: readonly Tag[]; readonly tagKeys?: readonly string[] }
  const keys = tagKeys ?? tags?.flatMap(({ Key }) => (Key === undefined ? [] : [Key]))
  if (!keys) return {}
  return {
    conditions: {
      ...Object.fromEntries((tags ?? []).map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
      "aws:TagKeys": keys,
    },
  }
}

/** CreateRepository: with tags it needs to be allowed to tag as well. */
export const onCreate: Authorise<NamesRepository & { readonly tags?: Tag[] | undefined }> = (cx, input) => {
  const resources = [arnOf(cx, input.registryId, input.repositoryName ?? "")]
  const tags = requestTags(input)
  return [
    demand(cx, "CreateRepository", resources, tags),
    ...(input.tags && input.tags.length > 0 ? [demand(cx, "TagResource", resources, tags)] : []),
  ]
}
