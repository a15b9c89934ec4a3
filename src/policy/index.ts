// Who may do what: IAM policies, checked, compiled and evaluated. Pure: what is asked, who asks and which policies there are
// is handed in. The gate asks for every request; IAM's simulations ask for nobody's.
export { type Context, type ContextValue, contextOf, firstOf } from "./context.ts"
export type { PolicyDocument, Statement } from "./document.ts"
export {
  evaluate,
  type Matched,
  type PolicyKind,
  type PrincipalPolicies,
  type Question,
  type Verdict,
} from "./evaluate.ts"
export { isAgentAction } from "./machine.ts"
export { compilePolicy, type ParsedPolicy, parsePolicy } from "./parse.ts"
export type { Requester } from "./principal.ts"
export { refusalText } from "./refusal.ts"
export type { DocumentKind } from "./validate.ts"
