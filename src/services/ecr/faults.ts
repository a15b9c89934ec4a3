// ECR's errors in its words. The texts that no public report confirms are marked.
import { type Fault, fault } from "../../kernel/index.ts"

interface Where {
  readonly account: string
  readonly repository: string
}

const inRegistry = ({ account }: Pick<Where, "account">): string => `in the registry with id '${account}'`

export const invalidParameter = (name: string, constraint: string): Fault =>
  fault("InvalidParameterException", `Invalid parameter at '${name}' failed to satisfy constraint: '${constraint}'`)

export const repositoryNotFound = (at: Where): Fault =>
  fault("RepositoryNotFoundException", `The repository with name '${at.repository}' does not exist ${inRegistry(at)}`)

export const repositoryExists = (at: Where): Fault =>
  fault(
    "RepositoryAlreadyExistsException",
    `The repository with name '${at.repository}' already exists ${inRegistry(at)}`,
  )

export const repositoryNotEmpty = ({ account, repository }: Where): Fault =>
  fault(
    "RepositoryNotEmptyException",
    `The repository with name '${repository}' in registry with id '${account}' cannot be deleted because it still contains images`,
  )

/** The imageId is said as Java prints it. */
export const imageNotFound = (
  at: Where,
  id: { imageDigest?: string | undefined; imageTag?: string | undefined },
): Fault =>
  fault(
    "ImageNotFoundException",
    `The image with imageId {imageDigest:'${id.imageDigest ?? "null"}', imageTag:'${id.imageTag ?? "null"}'} does not exist within the repository with name '${at.repository}' ${inRegistry(at)}`,
  )

export const imageExists = ({ account, repository }: Where, digest: string, tag: string | undefined): Fault =>
  fault(
    "ImageAlreadyExistsException",
    `Image with digest '${digest}' and tag '${tag ?? "null"}' already exists in the repository with name '${repository}' in registry with id '${account}'`,
  )

export const tagExists = ({ repository }: Where, tag: string): Fault =>
  fault(
    "ImageTagAlreadyExistsException",
    `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the tag is immutable.`,
  )

export const layersNotFound = (at: Where, digests: readonly string[]): Fault =>
  fault(
    "LayersNotFoundException",
    `Layers with digests '[${digests.join(", ")}]' required for pushing image into repository with name '${at.repository}' ${inRegistry(at)} do not exist`,
  )

export const imagesNotFound = (at: Where, digests: readonly string[]): Fault =>
  fault(
    "ReferencedImagesNotFoundException",
    // text from memory
    `Images with digests '[${digests.join(", ")}]' required for pushing image into repository with name '${at.repository}' ${inRegistry(at)} do not exist`,
  )

export const layerNotFound = (at: Where, digest: string): Fault =>
  fault(
    "LayersNotFoundException",
    // text from memory
    `The layer with digest '${digest}' does not exist within the repository with name '${at.repository}' ${inRegistry(at)}`,
  )

export const uploadNotFound = (at: Where, id: string): Fault =>
  fault(
    "UploadNotFoundException",
    // text from memory
    `The upload with upload id '${id}' could not be found in the repository with name '${at.repository}' ${inRegistry(at)}`,
  )

export const noLifecyclePolicy = (at: Where): Fault =>
  fault(
    "LifecyclePolicyNotFoundException",
    `Lifecycle policy does not exist for the repository with name '${at.repository}' ${inRegistry(at)}`,
  )

export const noRepositoryPolicy = (at: Where): Fault =>
  fault(
    "RepositoryPolicyNotFoundException",
    `Repository policy does not exist for the repository with name '${at.repository}' ${inRegistry(at)}`,
  )

export const noRegistryPolicy = (at: Pick<Where, "account">): Fault =>
  fault("RegistryPolicyNotFoundException", `Registry policy does not exist ${inRegistry(at)}`)

/** An upload's bytes have no room, or there is a bug of the disk. */
export const noRoom = (): Fault =>
  fault("ServerException", "The layer could not be stored: no space is left on the disk of this registry.")
