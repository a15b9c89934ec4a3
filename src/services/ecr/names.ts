// Names of ECR: registry, repository, their keys, ARNs and URIs; and what a caller may write where a name stands.
import type { ReadCx } from "../../gate/index.ts"
import { fault, formatArn, type Scope } from "../../kernel/index.ts"
import type { EcrRepositoryRow } from "../../state/index.ts"
import { invalidParameter, repositoryNotFound } from "./faults.ts"

/** A repository's place; `account` is the registry's id. */
export interface Place extends Scope {
  readonly repository: string
}

/** An input that names a repository. */
export interface NamesRepository {
  readonly registryId?: string | undefined
  readonly repositoryName: string | undefined
}

const namePattern = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"
const nameForm = /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/

/** `key` of the records of a repository. */
export const placeKey = ({ account, region, repository }: Place): string => `${account}/${region}/${repository}`
/** `key` of something in a repository: an image or layer by its digest, an upload by its id. */
export const keyIn = (place: Place, id: string): string => `${placeKey(place)} ${id}`

/** `arn:aws:ecr:<region>:<account>:repository/<name>`. */
export const repositoryArn = ({ account, region, repository }: Place): string =>
  formatArn("ecr", { account, region }, `repository/${repository}`)

/** Whether a text can name a repository: 2 to 256 characters, parts of lower-case words. */
export const isRepositoryName = (name: string): boolean => name.length >= 2 && name.length <= 256 && nameForm.test(name)

export const checkRepositoryName = (name: string): string => {
  if (name.length < 2 || name.length > 256)
    throw invalidParameter("repositoryName", `must have length between 2 and 256`)
  if (!isRepositoryName(name))
    throw invalidParameter("repositoryName", `must satisfy regular expression '${namePattern}'`)
  return name
}

/** The registry that a call is about: the caller's own unless it names another. */
export const registryOf = (scope: Scope, registryId: string | undefined): Scope => {
  if (registryId === undefined) return scope
  if (!/^\d{12}$/.test(registryId)) throw invalidParameter("registryId", "must satisfy regular expression '[0-9]{12}'")
  return { account: registryId, region: scope.region }
}

/** The place that an input names. */
export const placeOf = (scope: Scope, { registryId, repositoryName = "" }: NamesRepository): Place => {
  const { account, region } = registryOf(scope, registryId)
  return { account, region, repository: checkRepositoryName(repositoryName) }
}

/** The repository that an input names; throws when there is none. */
export const findRepository = (
  cx: Pick<ReadCx, "tx" | "scope" | "caller">,
  input: NamesRepository,
): { place: Place; row: EcrRepositoryRow } => {
  const place = placeOf(cx.scope, input)
  checkMachine(cx, place)
  const row = cx.tx.ecrRepositories.get(placeKey(place))
  if (!row) throw repositoryNotFound(place)
  return { place, row }
}

/** A host of ours acts for tasks of many accounts: it gets into a registry only while it has a task of that account. */
export const checkMachine = ({ tx, caller }: Pick<ReadCx, "tx" | "caller">, registry: Scope): void => {
  if (caller.kind !== "machine") return
  const hosts = tx.containerInstances.by("machine", caller.machineId ?? "")
  const serves = hosts.some(({ arn }) => tx.tasks.by("host", arn).some((task) => task.account === registry.account))
  if (!serves)
    throw fault(
      "AccessDeniedException",
      `User: ${caller.arn} is not authorized to use the registry with id '${registry.account}' because it runs no task of that account`,
    )
}
