// ECR: the handler table, and what other rooms may use of this one. Operations that are not named are absent.
import { bulk, implement, read, type ServiceTable, write } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import * as images from "./images.ts"
import * as layers from "./layers.ts"
import * as lifecycle from "./lifecycle/lifecycle.ts"
import * as lists from "./list-images.ts"
import * as policies from "./policies.ts"
import type { EcrPorts } from "./ports.ts"
import * as repositories from "./repositories.ts"
import * as scanning from "./scanning.ts"
import * as tags from "./tags.ts"
import { GetAuthorizationToken } from "./tokens.ts"

export type { Ending, Mounting, StreamedPart } from "./layers.ts"
export { evaluateIn } from "./lifecycle/lifecycle.ts"
export { isRepositoryName } from "./names.ts"
export type { EcrPorts } from "./ports.ts"
export { isDownloadSigned, type RegistryToken, readToken } from "./tokens.ts"

/** What is taken and kept, and does nothing. */
const withoutEffect = [
  // A manifest is answered as it was pushed: Docker takes all forms that can be pushed here.
  "BatchGetImage.acceptedMediaTypes",
  "CreateRepository.encryptionConfiguration.encryptionType=KMS",
  "CreateRepository.encryptionConfiguration.encryptionType=KMS_DSSE",
  "CreateRepository.encryptionConfiguration.kmsKey",
  "CreateRepository.imageScanningConfiguration.scanOnPush",
  "PutImageScanningConfiguration.imageScanningConfiguration.scanOnPush",
  // It is for replication and pull-through caches, which are not there.
  "PutRegistryPolicy.policyText",
  "PutRegistryScanningConfiguration.rules",
  "PutRegistryScanningConfiguration.scanType",
]

/** Bounds of bodies that are larger than others: a layer part of 20 MiB, the largest that ECR takes, in base64. */
export const ecrBodyLimits = { "AmazonEC2ContainerRegistry_V20150921.UploadLayerPart": 28 * 1024 * 1024 }

/** The table of ECR. `ports` are what the process gives it. */
export const ecrService = (ports: EcrPorts): ServiceTable<"ecr"> =>
  implement(
    "ecr",
    {
      BatchCheckLayerAvailability: read(
        layers.BatchCheckLayerAvailability,
        may.onRepository("BatchCheckLayerAvailability"),
      ),
      BatchDeleteImage: write(images.BatchDeleteImage, may.onRepository("BatchDeleteImage")),
      BatchGetImage: write(images.BatchGetImage, may.onRepository("BatchGetImage")),
      BatchGetRepositoryScanningConfiguration: read(
        scanning.BatchGetRepositoryScanningConfiguration,
        may.onRepositories("BatchGetRepositoryScanningConfiguration"),
      ),
      CompleteLayerUpload: bulk(layers.completeLayerUpload(ports), may.onRepository("CompleteLayerUpload")),
      CreateRepository: write(repositories.CreateRepository(ports), may.onCreate),
      DeleteLifecyclePolicy: write(lifecycle.DeleteLifecyclePolicy, may.onRepository("DeleteLifecyclePolicy")),
      DeleteRegistryPolicy: write(policies.DeleteRegistryPolicy, may.onRegistry("DeleteRegistryPolicy")),
      DeleteRepositoryPolicy: write(policies.DeleteRepositoryPolicy, may.onRepository("DeleteRepositoryPolicy")),
      DescribeRegistry: read(policies.DescribeRegistry, may.onRegistry("DescribeRegistry")),
      GetLifecyclePolicy: read(lifecycle.GetLifecyclePolicy, may.onRepository("GetLifecyclePolicy")),
      GetLifecyclePolicyPreview: read(
        lifecycle.GetLifecyclePolicyPreview,
        may.onRepository("GetLifecyclePolicyPreview"),
      ),
      GetRegistryPolicy: read(policies.GetRegistryPolicy, may.onRegistry("GetRegistryPolicy")),
      GetRegistryScanningConfiguration: read(
        scanning.GetRegistryScanningConfiguration,
        may.onRegistry("GetRegistryScanningConfiguration"),
      ),
      PutRegistryScanningConfiguration: write(
        scanning.PutRegistryScanningConfiguration,
        may.onRegistry("PutRegistryScanningConfiguration"),
      ),
      GetRepositoryPolicy: read(policies.GetRepositoryPolicy, may.onRepository("GetRepositoryPolicy")),
      PutLifecyclePolicy: write(lifecycle.PutLifecyclePolicy, may.onRepository("PutLifecyclePolicy")),
      PutRegistryPolicy: write(policies.PutRegistryPolicy, may.onRegistry("PutRegistryPolicy")),
      SetRepositoryPolicy: write(policies.SetRepositoryPolicy, may.onRepository("SetRepositoryPolicy")),
      StartLifecyclePolicyPreview: write(
        lifecycle.StartLifecyclePolicyPreview,
        may.onRepository("StartLifecyclePolicyPreview"),
      ),
      DeleteRepository: write(repositories.DeleteRepository(ports), may.onRepository("DeleteRepository")),
      DescribeImages: read(lists.DescribeImages, may.onRepository("DescribeImages")),
      DescribeRepositories: read(repositories.DescribeRepositories(ports), may.onRepositories("DescribeRepositories")),
      GetAuthorizationToken: write(GetAuthorizationToken(ports), may.onRegistry("GetAuthorizationToken")),
      GetDownloadUrlForLayer: write(layers.GetDownloadUrlForLayer(ports), may.onRepository("GetDownloadUrlForLayer")),
      InitiateLayerUpload: bulk(layers.initiateLayerUpload(ports), may.onRepository("InitiateLayerUpload")),
      ListImageReferrers: read(lists.ListImageReferrers, may.onRepository("ListImageReferrers")),
      ListImages: read(lists.ListImages, may.onRepository("ListImages")),
      ListTagsForResource: read(tags.ListTagsForResource, may.onArn("ListTagsForResource")),
      PutImage: write(images.PutImage, may.onRepository("PutImage")),
      PutImageScanningConfiguration: write(
        repositories.PutImageScanningConfiguration,
        may.onRepository("PutImageScanningConfiguration"),
      ),
      PutImageTagMutability: write(repositories.PutImageTagMutability, may.onRepository("PutImageTagMutability")),
      TagResource: write(tags.TagResource, may.onArn("TagResource")),
      UntagResource: write(tags.UntagResource, may.onArn("UntagResource")),
      UploadLayerPart: bulk(layers.uploadLayerPart, may.onRepository("UploadLayerPart")),
    },
    withoutEffect,
  )
