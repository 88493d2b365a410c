import { expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type {
  AccountList,
  ActionResult,
  Alert,
  ClusterBrief,
  ClusterStatus,
  Explanation,
  Operation,
  Plan,
  Sample,
} from '../../api.ts'
import * as shapes from './shapes.ts'

/** Without `readonly`, which zod does not know. */
type Plain<Value> = Value extends object
  ? { -readonly [Key in keyof Value]: Plain<Value[Key]> }
  : Value

test('the schemas are the types of api.ts', () => {
  expectTypeOf<Plain<z.infer<typeof shapes.clusterStatus>>>().toEqualTypeOf<Plain<ClusterStatus>>()
  expectTypeOf<Plain<z.infer<typeof shapes.clusterBrief>>>().toEqualTypeOf<Plain<ClusterBrief>>()
  expectTypeOf<Plain<z.infer<typeof shapes.explanation>>>().toEqualTypeOf<Plain<Explanation>>()
  expectTypeOf<Plain<z.infer<typeof shapes.alert>>>().toEqualTypeOf<Plain<Alert>>()
  expectTypeOf<Plain<z.infer<typeof shapes.actionResult>>>().toEqualTypeOf<Plain<ActionResult>>()
  expectTypeOf<Plain<z.infer<typeof shapes.operation>>>().toEqualTypeOf<Plain<Operation>>()
  expectTypeOf<Plain<z.infer<typeof shapes.accountList>>>().toEqualTypeOf<Plain<AccountList>>()
  expectTypeOf<Plain<z.infer<typeof shapes.plan>>>().toEqualTypeOf<Plain<Plan>>()
  expectTypeOf<Plain<z.infer<typeof shapes.sample>>>().toEqualTypeOf<Plain<Sample>>()
  expect(Object.keys(shapes.clusterStatus.shape)).toContain('servers')
})
