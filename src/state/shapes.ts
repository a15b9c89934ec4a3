// Shapes of AWS that are kept inside records as they came over the wire. The contract is the SDK's; a record is
// deeply read-only JSON.
import type { RegisterTaskDefinitionCommandInput, TaskOverride } from "@aws-sdk/client-ecs"

/** T with every member read-only, all the way down. */
export type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends Date | Uint8Array
    ? T
    : T extends object
      ? { readonly [K in keyof T]: Frozen<T[K]> }
      : T

/** What RegisterTaskDefinition was given, with ECS's defaults filled in. */
export type TaskDefinitionBody = Frozen<Omit<RegisterTaskDefinitionCommandInput, "tags">>

/** `overrides` of RunTask. */
export type TaskOverrides = Frozen<TaskOverride>
