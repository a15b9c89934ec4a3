// ECS behind a real wire server with the SDK's client for it: what the contract tests of ECS begin with.
import assert from "node:assert/strict"
import { ECSClient, ECSServiceException } from "@aws-sdk/client-ecs"
import { ecsService } from "../../src/services/ecs/index.ts"
import type { TaskRow } from "../../src/state/index.ts"
import { type AwsEndpoint, awsEndpoint, type MintedKey } from "./aws-endpoint.ts"

export interface EcsEndpoint extends AwsEndpoint {
  readonly client: ECSClient
  /** Changes the record of a task, as a controller would. */
  patchTask(arn: string | undefined, change: Partial<TaskRow>): void
}

/** Serves ECS; `minted` is a key that is not the root's. */
export const ecsEndpoint = async (minted?: MintedKey): Promise<EcsEndpoint> => {
  const address = "http://127.0.0.1:4566"
  const ports = { pollEndpoint: () => ({ endpoint: address, telemetryEndpoint: address }) }
  const aws = await awsEndpoint([ecsService(ports)], minted)
  const client = new ECSClient(aws.sdk)
  return {
    ...aws,
    client,
    patchTask: (arn, change) => {
      aws.state.transact((tx) => tx.tasks.patch(arn ?? "", change))
    },
    close: async () => {
      client.destroy()
      await aws.close()
    },
  }
}

/** The error that a command ends with: its name, status, message and members. */
export const errorOf = async (sent: Promise<unknown>): Promise<ECSServiceException> => {
  const thrown: unknown = await sent.then(
    () => assert.fail("was not refused"),
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof ECSServiceException, String(thrown))
  return thrown
}
