// What fetching for tasks needs of the agent: clients of services as somebody. Types only.
import type { ServiceName } from "../../model/index.ts"
import type { Credentials } from "../../wire/client/index.ts"
import type { AwsCall } from "../types.ts"

/** A client of a service in a region, whose keys are asked for at each call. */
export type ClientAs = <S extends ServiceName>(
  service: S,
  region: string | undefined,
  credentials: () => Credentials,
) => AwsCall<S>

/** The same for the execution role of one task. */
export type RoleClients = <S extends ServiceName>(service: S, region: string | undefined) => AwsCall<S>
