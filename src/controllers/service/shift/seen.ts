// What the plan of a traffic shift knows beside the rest of the service: plain data, read by shift/look.ts.

/** How the load balancers of one deployment stand. Absent for a deployment whose tasks are behind none. */
export interface Routing {
  /** It has a listener rule for test traffic. */
  readonly test: boolean
  /** Every proxy that carries for its load balancers forwards as their rules say now. */
  readonly carried: boolean
  /** Why traffic cannot be shifted with these load balancers. Only looked for before tasks are started. */
  readonly problem?: string
}

/** Of a service one of whose deployments shifts traffic, or has to give it back. */
export interface ShiftSeen {
  /** The deployment that has the production traffic when no shift is under way or counts any more. */
  readonly base?: string
  /** By the id of the deployment. */
  readonly routing: ReadonlyMap<string, Routing>
}
