// Repositories: made, described, deleted, and what is set for them.
import type { ImageTagMutabilityExclusionFilter, Repository } from "@aws-sdk/client-ecr"
import type { Op, ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import type { EcrRepositoryRow, Tx } from "../../state/index.ts"
import { invalidParameter, repositoryExists, repositoryNotEmpty } from "./faults.ts"
import {
  checkRepositoryName,
  findRepository,
  keyIn,
  type Place,
  placeKey,
  placeOf,
  registryOf,
  repositoryArn,
} from "./names.ts"
import { byKey, pageOf } from "./pages.ts"
import { type EcrPorts, registryHost } from "./ports.ts"
import { checkTags } from "./tags.ts"
import { matches } from "./wildcards.ts"

export const describeRepository = (ports: EcrPorts, row: EcrRepositoryRow): Repository => {
  const { account, region, name, encryption, mutability } = row
  return {
    repositoryArn: repositoryArn({ account, region, repository: name }),
    registryId: account,
    repositoryName: name,
    repositoryUri: `${registryHost(ports, row)}/${name}`,
    createdAt: new Date(row.createdAt),
    imageTagMutability: mutability.setting,
    ...(mutability.exclusions && {
      imageTagMutabilityExclusionFilters: mutability.exclusions.map((filter) => ({ filterType: "WILDCARD", filter })),
    }),
    imageScanningConfiguration: { scanOnPush: row.scanOnPush },
    encryptionConfiguration: {
      encryptionType: encryption.type,
      ...(encryption.kmsKey !== undefined && { kmsKey: encryption.kmsKey }),
    },
  }
}

const settings = ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"] as const
const encryptions = ["AES256", "KMS", "KMS_DSSE"] as const

const oneOf = <T extends string>(name: string, values: readonly T[], given: string): T => {
  const found = values.find((value) => value === given)
  if (!found) throw invalidParameter(name, `Member must satisfy enum value set: [${values.join(", ")}]`)
  return found
}

const mutabilityOf = (
  given: string | undefined,
  filters: readonly ImageTagMutabilityExclusionFilter[] | undefined,
): EcrRepositoryRow["mutability"] => {
  const setting = oneOf("imageTagMutability", settings, given ?? "MUTABLE")
  const excludes = setting.endsWith("_WITH_EXCLUSION")
  if (excludes !== (filters !== undefined && filters.length > 0))
    throw invalidParameter(
      "imageTagMutabilityExclusionFilters",
      excludes ? `must not be empty with ${setting}` : `must not be given with ${setting}`, // text from memory
    )
  if (!filters || !excludes) return { setting }
  if (filters.length > 5) throw invalidParameter("imageTagMutabilityExclusionFilters", "must have at most 5 members")
  const exclusions = filters.map(({ filterType, filter = "" }) => {
    if (filterType !== "WILDCARD")
      throw invalidParameter("filterType", "Member must satisfy enum value set: [WILDCARD]")
    if (!/^[0-9a-zA-Z._*-]{1,128}$/.test(filter) || filter.split("*").length > 3)
      throw invalidParameter("filter", "must satisfy regular expression '[0-9a-zA-Z._*-]{1,128}'")
    return filter
  })
  return { setting, exclusions }
}

export const CreateRepository =
  (ports: EcrPorts): Op<"ecr", "CreateRepository"> =>
  (cx, input) => {
    const place = placeOf(cx.scope, input)
    const { encryptionConfiguration: asked } = input
    const type = oneOf("encryptionType", encryptions, asked?.encryptionType ?? "AES256")
    const mutability = mutabilityOf(input.imageTagMutability, input.imageTagMutabilityExclusionFilters)
    const tags = checkTags({}, input.tags)
    if (cx.tx.ecrRepositories.has(placeKey(place))) throw repositoryExists(place)
    const row = cx.tx.ecrRepositories.insert({
      account: place.account,
      region: place.region,
      name: place.repository,
      createdAt: cx.now,
      mutability,
      scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      encryption: { type, ...(asked?.kmsKey !== undefined && { kmsKey: asked.kmsKey }) },
      tags,
    })
    return { repository: describeRepository(ports, row) }
  }

export const DescribeRepositories =
  (ports: EcrPorts): ReadOp<"ecr", "DescribeRepositories"> =>
  (cx, input) => {
    const registry = registryOf(cx.scope, input.registryId)
    const { repositoryNames } = input
    if (repositoryNames !== undefined) {
      if (repositoryNames.length < 1 || repositoryNames.length > 100)
        throw invalidParameter("repositoryNames", "must have length between 1 and 100")
      const rows = repositoryNames.map(
        (name) => findRepository({ ...cx, scope: registry }, { repositoryName: name }).row,
      )
      return { repositories: rows.map((row) => describeRepository(ports, row)) }
    }
    const nameOf = (row: EcrRepositoryRow) => row.name
    const all = [...cx.tx.ecrRepositories.by("registry", scopeKey(registry))].sort(byKey(nameOf))
    const { items, nextToken } = pageOf(`repositories ${scopeKey(registry)}`, input, all, nameOf)
    return {
      repositories: items.map((row) => describeRepository(ports, row)),
      ...(nextToken !== undefined && { nextToken }),
    }
  }

/** Removes a repository with all that is in it. */
const removeRepository = (tx: Tx, place: Place): void => {
  const key = placeKey(place)
  for (const { digest } of [...tx.ecrImages.by("repository", key)]) tx.ecrImages.delete(keyIn(place, digest))
  for (const { digest } of [...tx.ecrLayers.by("repository", key)]) tx.ecrLayers.delete(keyIn(place, digest))
  for (const { id } of [...tx.ecrUploads.by("repository", key)]) tx.ecrUploads.delete(keyIn(place, id))
  tx.ecrRepositories.delete(key)
}

export const DeleteRepository =
  (ports: EcrPorts): Op<"ecr", "DeleteRepository"> =>
  (cx, input) => {
    const { place, row } = findRepository(cx, input)
    if (!input.force && cx.tx.ecrImages.first("repository", placeKey(place))) throw repositoryNotEmpty(place)
    removeRepository(cx.tx, place)
    return { repository: describeRepository(ports, row) }
  }

export const PutImageTagMutability: Op<"ecr", "PutImageTagMutability"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const mutability = mutabilityOf(input.imageTagMutability, input.imageTagMutabilityExclusionFilters)
  cx.tx.ecrRepositories.patch(placeKey(place), { mutability })
  return {
    registryId: place.account,
    repositoryName: place.repository,
    imageTagMutability: mutability.setting,
    ...(mutability.exclusions && {
      imageTagMutabilityExclusionFilters: mutability.exclusions.map((filter) => ({
        filterType: "WILDCARD" as const,
        filter,
      })),
    }),
  }
}

export const PutImageScanningConfiguration: Op<"ecr", "PutImageScanningConfiguration"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false
  cx.tx.ecrRepositories.patch(placeKey(place), { scanOnPush })
  return {
    registryId: place.account,
    repositoryName: checkRepositoryName(place.repository),
    imageScanningConfiguration: { scanOnPush },
  }
}

/** Whether a tag may be moved to another image. */
export const isMutable = ({ mutability: { setting, exclusions = [] } }: EcrRepositoryRow, tag: string): boolean => {
  const excluded = exclusions.some((filter) => matches(filter, tag))
  return setting.startsWith("MUTABLE") !== excluded
}
