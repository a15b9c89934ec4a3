// ECR's records: repositories, images with their manifests, which layers each repository has, and uploads under way. The
// bytes of layers are in the blob store (state/blobs.ts), once for all repositories.
import { defineTable } from "../table.ts"

/** Where a repository is, as its rows say it. */
interface OfRepository {
  /** The registry. */
  readonly account: string
  readonly region: string
  readonly repository: string
}

export interface EcrRepositoryRow {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly createdAt: number
  readonly mutability: {
    readonly setting: "MUTABLE" | "IMMUTABLE" | "MUTABLE_WITH_EXCLUSION" | "IMMUTABLE_WITH_EXCLUSION"
    /** Wildcards over tags to which the setting does not apply. */
    readonly exclusions?: readonly string[]
  }
  readonly scanOnPush: boolean
  readonly encryption: { readonly type: "AES256" | "KMS" | "KMS_DSSE"; readonly kmsKey?: string }
  readonly tags: Readonly<Record<string, string>>
  /** The repository policy, as it was given. */
  readonly policy?: string
  readonly lifecyclePolicy?: string
  /** When the lifecycle policy was last applied. */
  readonly evaluatedAt?: number
  readonly preview?: EcrPreview
}

/** What a lifecycle policy would do, as StartLifecyclePolicyPreview found it. */
export interface EcrPreview {
  readonly policy: string
  readonly results: readonly {
    readonly digest: string
    readonly tags: readonly string[]
    readonly pushedAt: number
    readonly rulePriority: number
  }[]
}

export interface EcrImageRow extends OfRepository {
  /** Of the manifest's bytes. */
  readonly digest: string
  /** The manifest as it was pushed: its digest is over these bytes. */
  readonly manifest: string
  readonly mediaType: string
  readonly artifactMediaType?: string
  /** What the manifest says of itself to referrers. */
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  /** The digest of the manifest that this one is about. */
  readonly subject?: string
  /** The layers and the configuration. */
  readonly layers: readonly string[]
  /** The manifests of an index. */
  readonly children: readonly string[]
  readonly sizeInBytes: number
  readonly tags: readonly string[]
  readonly pushedAt: number
  readonly lastPulledAt?: number
}

export interface EcrLayerRow extends OfRepository {
  readonly digest: string
  readonly sizeInBytes: number
  readonly uploadedAt: number
}

export interface EcrUploadRow extends OfRepository {
  readonly id: string
  /** On the wall clock: uploads that nobody goes on with are swept. */
  readonly startedAt: number
  /** The layer of another repository that is to be this one's too; nothing is sent then. */
  readonly mounts?: string
}

/** What is set for a whole registry. */
export interface EcrRegistryRow {
  readonly account: string
  readonly region: string
  readonly policy?: string
  /** Kept, and never done. */
  readonly scanning?: {
    readonly type: "BASIC" | "ENHANCED"
    readonly rules: readonly {
      readonly frequency: "SCAN_ON_PUSH" | "CONTINUOUS_SCAN" | "MANUAL"
      readonly filters: readonly string[]
    }[]
  }
}

const repositoryOf = ({ account, region, repository }: OfRepository): string => `${account}/${region}/${repository}`

export const ecrRepositories = defineTable<EcrRepositoryRow>()({
  name: "ecrRepositories",
  version: 1,
  key: ({ account, region, name }) => `${account}/${region}/${name}`,
  indexes: { registry: ({ account, region }) => `${account}/${region}` },
})

export const ecrImages = defineTable<EcrImageRow>()({
  name: "ecrImages",
  version: 1,
  key: (row) => `${repositoryOf(row)} ${row.digest}`,
  indexes: {
    repository: repositoryOf,
    tag: (row) => row.tags.map((tag) => `${repositoryOf(row)}:${tag}`),
    /** Under each layer, and each manifest of an index: who needs it. */
    part: (row) => [...new Set([...row.layers, ...row.children])].map((part) => `${repositoryOf(row)} ${part}`),
    subject: (row) => row.subject && `${repositoryOf(row)} ${row.subject}`,
  },
})

export const ecrLayers = defineTable<EcrLayerRow>()({
  name: "ecrLayers",
  version: 1,
  key: (row) => `${repositoryOf(row)} ${row.digest}`,
  indexes: { repository: repositoryOf, digest: ({ digest }) => digest },
})

export const ecrUploads = defineTable<EcrUploadRow>()({
  name: "ecrUploads",
  version: 1,
  key: (row) => `${repositoryOf(row)} ${row.id}`,
  indexes: { repository: repositoryOf, id: ({ id }) => id },
})

export const ecrRegistries = defineTable<EcrRegistryRow>()({
  name: "ecrRegistries",
  version: 1,
  key: ({ account, region }) => `${account}/${region}`,
  indexes: {},
})
