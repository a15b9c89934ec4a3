// ECR as the SDK and the AWS CLI see it.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import * as sdk from "@aws-sdk/client-ecr"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { ecrService } from "../../src/services/ecr/index.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
import { realClock } from "../support/real-clock.ts"
import { digestOf, manifestType, type RegistryClient, registryClient } from "../support/registry-client.ts"

let aws: AwsEndpoint
let ecr: sdk.ECRClient
let registry: RegistryClient
before(async () => {
  aws = await awsEndpoint([ecrService({ registryPort: () => 4566, wallNow: () => Date.now() })])
  ecr = new sdk.ECRClient(aws.sdk)
  registry = await registryClient(aws)
})
after(async () => {
  ecr.destroy()
  await aws.close()
})

const create = (repositoryName: string, more: Partial<sdk.CreateRepositoryCommandInput> = {}) =>
  ecr.send(new sdk.CreateRepositoryCommand({ repositoryName, ...more }))
const inRegistry = `in the registry with id '${account}'`

describe("repositories", () => {
  test("are made, described, and deleted when they are empty or by force", async () => {
    const { repository } = await create("some/app", { tags: [{ Key: "team", Value: "a" }] })
    const { createdAt, ...shown } = repository ?? {}
    assert.ok(createdAt instanceof Date)
    assert.deepEqual(shown, {
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/some/app`,
      registryId: account,
      repositoryName: "some/app",
      repositoryUri: `${account}.dkr.ecr.${region}.localhost:4566/some/app`,
      imageTagMutability: "MUTABLE",
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: { encryptionType: "AES256" },
    })
    await assert.rejects(create("some/app"), {
      name: "RepositoryAlreadyExistsException",
      message: `The repository with name 'some/app' already exists ${inRegistry}`,
    })
    const { tags } = await ecr.send(new sdk.ListTagsForResourceCommand({ resourceArn: shown.repositoryArn }))
    assert.deepEqual(tags, [{ Key: "team", Value: "a" }])
    await registry.image("some/app", "v1", ["a"])
    await assert.rejects(ecr.send(new sdk.DeleteRepositoryCommand({ repositoryName: "some/app" })), {
      name: "RepositoryNotEmptyException",
      message: `The repository with name 'some/app' in registry with id '${account}' cannot be deleted because it still contains images`,
    })
    await ecr.send(new sdk.DeleteRepositoryCommand({ repositoryName: "some/app", force: true }))
    await assert.rejects(ecr.send(new sdk.DescribeRepositoriesCommand({ repositoryNames: ["some/app"] })), {
      name: "RepositoryNotFoundException",
      message: `The repository with name 'some/app' does not exist ${inRegistry}`,
    })
  })

  test("have names of lower-case words", async () => {
    for (const name of ["A", "a", "Upper", "a//b", "-a", "a_", "x".repeat(257)])
      await assert.rejects(create(name), { name: "InvalidParameterException" }, name)
    await create("a-b.c_d/e")
  })

  test("come in pages, and the CLI's waiters and paginators see them all", async () => {
    for (const name of ["page-1", "page-2", "page-3"]) await create(name)
    const names: string[] = []
    for await (const page of sdk.paginateDescribeRepositories({ client: ecr, pageSize: 2 }, {}))
      names.push(...(page.repositories ?? []).map(({ repositoryName = "" }) => repositoryName))
    assert.deepEqual(names, names.toSorted())
    assert.ok(["page-1", "page-2", "page-3"].every((name) => names.includes(name)))
    const { json, stderr } = await aws.cli("ecr", "describe-repositories", "--repository-names", "page-2")
    assert.equal(
      (json as { repositories: { repositoryName: string }[] }).repositories[0]?.repositoryName,
      "page-2",
      stderr,
    )
  })
})

describe("images", () => {
  test("are described, listed by their tags, and deleted by tag and by digest", async () => {
    await create("images")
    const digest = await registry.image("images", "v1", ["layer"])
    await registry.ask("PUT", "/v2/images/manifests/v2", {
      headers: { "content-type": "application/vnd.docker.distribution.manifest.v2+json" },
      body: await (await registry.ask("GET", "/v2/images/manifests/v1")).text(),
    })
    const { imageDetails = [] } = await ecr.send(new sdk.DescribeImagesCommand({ repositoryName: "images" }))
    const [detail] = imageDetails
    assert.deepEqual(
      [imageDetails.length, detail?.imageDigest, detail?.imageTags, detail?.imageSizeInBytes],
      [1, digest, ["v1", "v2"], 105],
    )
    assert.ok(detail?.imagePushedAt && detail.lastRecordedPullTime)
    const { imageIds } = await ecr.send(new sdk.ListImagesCommand({ repositoryName: "images" }))
    assert.deepEqual(imageIds, [
      { imageDigest: digest, imageTag: "v1" },
      { imageDigest: digest, imageTag: "v2" },
    ])
    const remove = (imageId: sdk.ImageIdentifier) =>
      ecr.send(new sdk.BatchDeleteImageCommand({ repositoryName: "images", imageIds: [imageId] }))
    assert.deepEqual((await remove({ imageTag: "v1" })).imageIds, [{ imageDigest: digest, imageTag: "v1" }])
    assert.deepEqual((await remove({ imageTag: "v1" })).failures, [
      { imageId: { imageTag: "v1" }, failureCode: "ImageNotFound", failureReason: "Requested image not found" },
    ])
    assert.deepEqual((await remove({ imageDigest: digest })).imageIds, [{ imageDigest: digest, imageTag: "v2" }])
    const imageIds_ = [{ imageTag: "v2" }]
    await assert.rejects(ecr.send(new sdk.DescribeImagesCommand({ repositoryName: "images", imageIds: imageIds_ })), {
      name: "ImageNotFoundException",
      message: `The image with imageId {imageDigest:'null', imageTag:'v2'} does not exist within the repository with name 'images' ${inRegistry}`,
    })
    assert.equal((await registry.ask("HEAD", `/v2/images/blobs/${digestOf("layer")}`)).status, 404)
  })

  test("of an immutable repository keep their tags", async () => {
    await create("fixed", { imageTagMutability: "IMMUTABLE" })
    await registry.image("fixed", "v1", ["a"])
    const manifest = await (await registry.ask("GET", "/v2/fixed/manifests/v1")).text()
    const other = manifest.replace(/}$/, " }")
    const put = new sdk.PutImageCommand({ repositoryName: "fixed", imageTag: "v1", imageManifest: other })
    const message =
      "The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable."
    await assert.rejects(ecr.send(put), { name: "ImageTagAlreadyExistsException", message })
    const headers = { "content-type": manifestType }
    const refused = await registry.ask("PUT", "/v2/fixed/manifests/v1", { headers, body: other })
    assert.equal(refused.status, 400)
    assert.deepEqual(await refused.json(), { errors: [{ code: "TAG_INVALID", message }] })
    const again = new sdk.PutImageCommand({ repositoryName: "fixed", imageTag: "v1", imageManifest: manifest })
    await assert.rejects(ecr.send(again), { name: "ImageAlreadyExistsException" })
    await ecr.send(new sdk.PutImageTagMutabilityCommand({ repositoryName: "fixed", imageTagMutability: "MUTABLE" }))
    await ecr.send(put)
  })

  test("of several processors are one index, whose parts cannot go before it", async () => {
    await create("index")
    const part = await registry.image("index", "amd64", ["a"])
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [{ mediaType: "application/vnd.docker.distribution.manifest.v2+json", digest: part, size: 1 }],
    })
    await ecr.send(new sdk.PutImageCommand({ repositoryName: "index", imageTag: "all", imageManifest: manifest }))
    const remove = (...imageIds: sdk.ImageIdentifier[]) =>
      ecr.send(new sdk.BatchDeleteImageCommand({ repositoryName: "index", imageIds }))
    const { failures } = await remove({ imageDigest: part })
    assert.equal(failures?.[0]?.failureCode, "ImageReferencedByManifestList")
    assert.deepEqual((await remove({ imageDigest: part }, { imageTag: "all" })).failures, [])
  })
})

describe("layers by the API", () => {
  test("are uploaded in parts, completed, and served by their download URL", async () => {
    await create("parts")
    const repositoryName = "parts"
    const { uploadId, partSize } = await ecr.send(new sdk.InitiateLayerUploadCommand({ repositoryName }))
    assert.equal(partSize, 10 * 1024 * 1024)
    const bytes = new Uint8Array(11 * 1024 * 1024).fill(7)
    const upload = (partFirstByte: number, partLastByte: number) =>
      ecr.send(
        new sdk.UploadLayerPartCommand({
          ...{ repositoryName, uploadId, partFirstByte, partLastByte },
          layerPartBlob: bytes.subarray(partFirstByte, partLastByte + 1),
        }),
      )
    assert.equal((await upload(0, 10 * 1024 * 1024 - 1)).lastByteReceived, 10 * 1024 * 1024 - 1)
    await assert.rejects(upload(0, 10), (error: sdk.InvalidLayerPartException) => {
      assert.deepEqual([error.name, error.lastValidByteReceived], ["InvalidLayerPartException", 10 * 1024 * 1024 - 1])
      return true
    })
    await upload(10 * 1024 * 1024, bytes.length - 1)
    const complete = (digest: string) =>
      ecr.send(new sdk.CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }))
    await assert.rejects(complete(digestOf("other")), { name: "InvalidLayerException" })
    const layerDigest = digestOf(bytes)
    assert.equal((await complete(layerDigest)).layerDigest, layerDigest)
    await assert.rejects(complete(layerDigest), { name: "UploadNotFoundException" })
    const check = new sdk.BatchCheckLayerAvailabilityCommand({
      repositoryName,
      layerDigests: [layerDigest, digestOf("no")],
    })
    const { layers } = await ecr.send(check)
    assert.deepEqual(
      layers?.map(({ layerAvailability, layerSize }) => [layerAvailability, layerSize]),
      [
        ["AVAILABLE", bytes.length],
        ["UNAVAILABLE", undefined],
      ],
    )
    const { downloadUrl = "" } = await ecr.send(new sdk.GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }))
    assert.equal(digestOf(new Uint8Array(await (await fetch(downloadUrl)).arrayBuffer())), layerDigest)
    assert.equal((await fetch(downloadUrl.replace(/signature=./, "signature=_"))).status, 403)
  })
})

describe("policies", () => {
  const everybody = (Effect: string, Action: string[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect, Principal: "*", Action }] })

  test("of a repository are kept, shown, and let another account in", async () => {
    await create("shared")
    const repositoryName = "shared"
    await assert.rejects(ecr.send(new sdk.GetRepositoryPolicyCommand({ repositoryName })), {
      name: "RepositoryPolicyNotFoundException",
      message: `Repository policy does not exist for the repository with name 'shared' ${inRegistry}`,
    })
    await assert.rejects(ecr.send(new sdk.SetRepositoryPolicyCommand({ repositoryName, policyText: "{}" })), {
      name: "InvalidParameterException",
      message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
    })
    await registry.image("shared", "v1", ["a"])
    const other = new sdk.ECRClient({ ...aws.sdk, credentials: { accessKeyId: "999999999999", secretAccessKey: "x" } })
    const get = new sdk.BatchGetImageCommand({ registryId: account, repositoryName, imageIds: [{ imageTag: "v1" }] })
    await assert.rejects(other.send(get), { name: "AccessDeniedException" })
    const policyText = everybody("Allow", ["ecr:BatchGetImage"])
    await ecr.send(new sdk.SetRepositoryPolicyCommand({ repositoryName, policyText }))
    assert.equal((await other.send(get)).images?.length, 1)
    await assert.rejects(other.send(new sdk.ListImagesCommand({ registryId: account, repositoryName })), {
      name: "AccessDeniedException",
    })
    assert.equal((await ecr.send(new sdk.GetRepositoryPolicyCommand({ repositoryName }))).policyText, policyText)
    await ecr.send(new sdk.DeleteRepositoryPolicyCommand({ repositoryName }))
    await assert.rejects(other.send(get), { name: "AccessDeniedException" })
    other.destroy()
  })

  test("that would lock their owner out are to be forced", async () => {
    await create("locked")
    const input = { repositoryName: "locked", policyText: everybody("Deny", ["ecr:SetRepositoryPolicy"]) }
    await assert.rejects(ecr.send(new sdk.SetRepositoryPolicyCommand(input)), { name: "InvalidParameterException" })
    await ecr.send(new sdk.SetRepositoryPolicyCommand({ ...input, force: true }))
  })

  test("of the registry are kept", async () => {
    await assert.rejects(ecr.send(new sdk.GetRegistryPolicyCommand({})), {
      name: "RegistryPolicyNotFoundException",
      message: `Registry policy does not exist ${inRegistry}`,
    })
    const policyText = everybody("Allow", ["ecr:ReplicateImage"])
    await ecr.send(new sdk.PutRegistryPolicyCommand({ policyText }))
    assert.equal((await ecr.send(new sdk.GetRegistryPolicyCommand({}))).policyText, policyText)
    await ecr.send(new sdk.DeleteRegistryPolicyCommand({}))
    const { registryId } = await ecr.send(new sdk.DescribeRegistryCommand({}))
    assert.equal(registryId, account)
  })
})

describe("lifecycle policies", () => {
  const keepOne = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 },
        action: { type: "expire" },
      },
    ],
  })

  test("are tried out, and applied once they are put", async () => {
    const repositoryName = "aging"
    await create(repositoryName)
    await assert.rejects(ecr.send(new sdk.GetLifecyclePolicyCommand({ repositoryName })), {
      name: "LifecyclePolicyNotFoundException",
      message: `Lifecycle policy does not exist for the repository with name 'aging' ${inRegistry}`,
    })
    for (const tag of ["a", "b", "c"]) await registry.image(repositoryName, tag, [tag])
    await ecr.send(new sdk.StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText: keepOne }))
    await sdk.waitUntilLifecyclePolicyPreviewComplete({ client: ecr, maxWaitTime: 60 }, { repositoryName })
    const { previewResults, summary } = await ecr.send(new sdk.GetLifecyclePolicyPreviewCommand({ repositoryName }))
    assert.deepEqual(
      previewResults?.map(({ appliedRulePriority }) => appliedRulePriority),
      [1, 1],
    )
    assert.equal(summary?.expiringImageTotalCount, 2)
    await assert.rejects(ecr.send(new sdk.PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: "{}" })), {
      name: "InvalidParameterException",
      message: `Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: object has missing required properties (["rules"])'`,
    })
    const { state, gate } = aws
    const scope = { account, region }
    const runner = startControllers({
      ...{ state, gate, clock: realClock, log: silentLog },
      controllers: controllers(scope).filter(({ name }) => name === "ecr-lifecycle"),
    })
    const applied = Promise.withResolvers<undefined>()
    const { stop } = state.watch(
      "committed",
      () => undefined,
      ({ changes }) => {
        if (changes.some(({ table, after: row }) => table === "ecrRepositories" && row && "evaluatedAt" in row))
          applied.resolve(undefined)
      },
    )
    await ecr.send(new sdk.PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: keepOne }))
    await applied.promise
    stop()
    runner.stop()
    const { imageIds } = await ecr.send(new sdk.ListImagesCommand({ repositoryName }))
    assert.equal(imageIds?.length, 1)
    const shown = await ecr.send(new sdk.GetLifecyclePolicyCommand({ repositoryName }))
    assert.ok(shown.lastEvaluatedAt)
    assert.equal(shown.lifecyclePolicyText, keepOne)
  })
})

test("how the registry is to be scanned is kept and shown, for each repository too", async () => {
  const rules: sdk.RegistryScanningRule[] = [
    { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "scan*", filterType: "WILDCARD" }] },
  ]
  await ecr.send(new sdk.PutRegistryScanningConfigurationCommand({ scanType: "BASIC", rules }))
  const { scanningConfiguration } = await ecr.send(new sdk.GetRegistryScanningConfigurationCommand({}))
  assert.deepEqual(scanningConfiguration, { scanType: "BASIC", rules })
  await create("scanned")
  const { scanningConfigurations = [], failures } = await ecr.send(
    new sdk.BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: ["scanned", "absent"] }),
  )
  assert.deepEqual(
    [scanningConfigurations[0]?.scanFrequency, failures?.[0]?.failureCode],
    ["SCAN_ON_PUSH", "REPOSITORY_NOT_FOUND"],
  )
})

test("what is pushed and deleted is told to the event bus", async () => {
  await create("told")
  const digest = await registry.image("told", "v1", [])
  await ecr.send(new sdk.BatchDeleteImageCommand({ repositoryName: "told", imageIds: [{ imageTag: "v1" }] }))
  const events = aws.state.view((view) => [...view.outbox.all()].filter(({ source }) => source === "aws.ecr"))
  const told = events
    .map(({ detail }) => detail as Record<string, string>)
    .filter((d) => d["repository-name"] === "told")
  assert.deepEqual(
    told.map((d) => [d["action-type"], d["image-digest"], d["image-tag"]]),
    [
      ["PUSH", digest, "v1"],
      ["DELETE", digest, "v1"],
    ],
  )
})

test("what is not built says so by name", async () => {
  await assert.rejects(ecr.send(new sdk.StartImageScanCommand({ repositoryName: "x1", imageId: { imageTag: "a" } })), {
    name: "NotImplemented",
    message: /ecr:StartImageScan/,
  })
  await assert.rejects(
    ecr.send(new sdk.CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: "x1", upstreamRegistryUrl: "u" })),
    { name: "NotImplemented", message: /ecr:CreatePullThroughCacheRule/ },
  )
})

test("the CLI logs in with a password", async () => {
  const { json, stderr } = await aws.cli("ecr", "get-authorization-token")
  const [data] = (json as { authorizationData: { authorizationToken: string }[] } | undefined)?.authorizationData ?? []
  const answer = await fetch(`${aws.sdk.endpoint}/v2/`, {
    headers: { authorization: `Basic ${data?.authorizationToken}` },
  })
  assert.equal(answer.status, 200, stderr)
})
