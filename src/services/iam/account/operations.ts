// The part of IAM's table about an account as a whole.
import { anything, changing, type Part, reading } from "../operation.ts"
import { CreateAccountAlias, DeleteAccountAlias, GetAccountSummary, ListAccountAliases } from "./account.ts"
import { GetAccountAuthorizationDetails } from "./details.ts"

export const accountOperations: Part = {
  ListAccountAliases: reading("ListAccountAliases", ListAccountAliases, anything),
  CreateAccountAlias: changing("CreateAccountAlias", CreateAccountAlias, anything),
  DeleteAccountAlias: changing("DeleteAccountAlias", DeleteAccountAlias, anything),
  GetAccountSummary: reading("GetAccountSummary", GetAccountSummary, anything),
  GetAccountAuthorizationDetails: reading("GetAccountAuthorizationDetails", GetAccountAuthorizationDetails, anything),
}
