// ECR: the handler table, and what other rooms may use of this one. Operations that are not named are absent.
import { bulk, implement, read, type ServiceTable, write } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import * as images from "./images.ts"
import * as layers from "./layers.ts"
import * as lists from "./list-images.ts"
import type { EcrPorts } from "./ports.ts"
import * as repositories from "./repositories.ts"
import * as tags from "./tags.ts"
import { GetAuthorizationToken } from "./tokens.ts"

export type { Ending, Mounting, StreamedPart } from "./layers.ts"
export { isRepositoryName } from "./names.ts"
export type { EcrPorts } from "./ports.ts"
export { isDownloadSigned, type RegistryToken, readToken } from "./tokens.ts"

/** The table of ECR. `ports` are what the process gives it. */
export const ecrService = (ports: EcrPorts): ServiceTable<"ecr"> =>
  implement("ecr", {
    BatchCheckLayerAvailability: read(
      layers.BatchCheckLayerAvailability,
      may.onRepository("BatchCheckLayerAvailability"),
    ),
    BatchDeleteImage: write(images.BatchDeleteImage, may.onRepository("BatchDeleteImage")),
    BatchGetImage: write(images.BatchGetImage, may.onRepository("BatchGetImage")),
    CompleteLayerUpload: bulk(layers.completeLayerUpload(ports), may.onRepository("CompleteLayerUpload")),
    CreateRepository: write(repositories.CreateRepository(ports), may.onCreate),
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
  })
