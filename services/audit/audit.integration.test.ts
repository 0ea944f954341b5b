import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { profileMigrations } from '../profiles/profiles.store.ts'
import { accountMigrations } from '../accounts/accounts.store.ts'
import { migrate } from '../../persistence/migrate.ts'
import { persistenceMigrations } from '../../persistence/migrations.ts'
import type { Db } from '../../persistence/tables.ts'
import { forEachDatabase } from '../../persistence/testing/databases.ts'
import { verifyAudit } from './audit-chain.ts'
import { auditMigrations } from './audit.store.ts'
import { AuditLog } from './audit.ts'

const command = fileURLToPath(new URL('../../scripts/audit.ts', import.meta.url))

forEachDatabase((open, name) => {
  const fresh = async (): Promise<{ db: Db; log: AuditLog }> => {
    const sets = [persistenceMigrations, accountMigrations, profileMigrations, auditMigrations]
    const { db } = await open(sets)
    return { db, log: new AuditLog(db) }
  }
  const fill = async (log: AuditLog, count: number): Promise<void> => {
    for (let n = 1; n <= count; n++)
      await log.append({ actor: 'u_1', action: 'room.mute', target: `live_${n}`, detail: { n } })
  }
  /** As somebody with the rights of the database's owner would. */
  const meddle = async (db: Db, text: string): Promise<void> => {
    await sql`alter table audit_event disable trigger user`.execute(db)
    await sql.raw(text).execute(db)
    await sql`alter table audit_event enable trigger user`.execute(db)
  }

  describe('the audit log', () => {
    test('[AD1] the database refuses to change, delete or empty rows', async () => {
      const { db, log } = await fresh()
      await fill(log, 2)
      for (const text of [
        `update audit_event set reason = 'none'`,
        'delete from audit_event where id = 2',
        'truncate audit_event',
      ])
        await assert.rejects(sql.raw(text).execute(db), /append-only/, text)
      assert.deepEqual((await log.verify()).rows, 2)
    })

    test('[AD2] whatever is changed in a row, verify names that row', async () => {
      const { db, log } = await fresh()
      await log.append({
        actor: 'u_1',
        action: 'room.kick',
        target: 'live_a',
        reason: '刷屏 "spam"\n',
        detail: { z: 1, a: [{ y: 0.5, b: null }, 'x'], '': -0 },
      })
      await fill(log, 4)
      const whole = await log.verify()
      assert.deepEqual([whole.ok, whole.rows, whole.broken], [true, 5, undefined])
      const changes = {
        at: `at + interval '1 microsecond'`,
        actor: `'u_2'`,
        action: `'room.read'`,
        target: `'live_b'`,
        reason: `'no reason'`,
        detail: `'{"n": 3}'`,
        prev_hash: `repeat('1', 64)`,
        hash: `repeat('2', 64)`,
      }
      for (const [column, value] of Object.entries(changes)) {
        const { db, log } = await fresh()
        await fill(log, 3)
        await meddle(db, `update audit_event set ${column} = ${value} where id = 2`)
        const { ok, rows, broken } = await log.verify()
        assert.deepEqual([ok, rows, broken], [false, 1, { id: 2, why: 'changed' }], column)
      }
      await meddle(db, 'update audit_event set detail = detail where id = 1')
      assert.equal((await log.verify()).ok, true, 'written back as it was')
    })

    test('[AD2] a row taken out, two swapped and one made up are found', async () => {
      const out = await fresh()
      await fill(out.log, 4)
      await meddle(out.db, 'delete from audit_event where id = 2')
      assert.deepEqual((await out.log.verify()).broken, { id: 3, why: 'link' })

      const swapped = await fresh()
      await fill(swapped.log, 3)
      await meddle(swapped.db, 'update audit_event set id = case id when 2 then 9 else id end')
      assert.equal((await swapped.log.verify()).ok, false)

      const madeUp = await fresh()
      await fill(madeUp.log, 2)
      await meddle(
        madeUp.db,
        `insert into audit_event (id, at, actor, action, target, prev_hash, hash)
         select 7, at, 'u_9', action, target, hash, repeat('3', 64) from audit_event where id = 2`,
      )
      assert.deepEqual((await madeUp.log.verify()).broken, { id: 7, why: 'changed' })
    })

    test('[AD3] a cut-off end is found by a row that was noted before', async () => {
      const { db, log } = await fresh()
      await fill(log, 3)
      const { head } = await log.verify()
      assert.equal((await verifyAudit(db, head)).ok, true)
      await meddle(db, 'delete from audit_event where id = 3')
      assert.equal((await log.verify()).ok, true, 'nobody can tell from the rest alone')
      assert.deepEqual((await verifyAudit(db, head)).broken, { id: 3, why: 'missing' })
      await fill(log, 1)
      await meddle(db, 'update audit_event set id = 3 where id > 3')
      assert.equal((await verifyAudit(db, head)).ok, false)
    })

    test('[AD4] many at once make one chain, and a row of a transaction that fails is none', async () => {
      const { db, log } = await fresh()
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          log.append({ actor: `u_${n}`, action: 'room.read', target: 'live_a' }),
        ),
      )
      await assert.rejects(
        db.transaction().execute(async (tx) => {
          await log.append({ actor: 'u_x', action: 'room.read', target: 'live_a' }, tx as never)
          throw new Error('no')
        }),
        /no/,
      )
      await fill(log, 1)
      const { ok, rows } = await log.verify()
      assert.deepEqual([ok, rows], [true, 21])
    })

    test('[AD5] it is read newest first, in pages, by actor and by target', async () => {
      const { log } = await fresh()
      await fill(log, 5)
      await log.append({ actor: 'u_2', action: 'room.read', target: 'live_1' })
      const first = await log.list({ limit: 4 })
      assert.deepEqual(
        first.items.map(({ target }) => target),
        ['live_1', 'live_5', 'live_4', 'live_3'],
      )
      await fill(log, 1)
      const rest = await log.list({ limit: 4, cursor: first.next! })
      assert.deepEqual(
        rest.items.map(({ target }) => target),
        ['live_2', 'live_1'],
      )
      assert.equal(rest.next, undefined)
      const own = await log.list({ limit: 9, actor: 'u_2' })
      assert.deepEqual(own.items.length, 1)
      const of = await log.list({ limit: 9, target: 'live_1' })
      assert.equal(of.items.length, 3)
      await assert.rejects(log.list({ limit: 4, cursor: 'eyJ9' }), { code: 'invalid' })
    })

    // PGlite lends its files to one process.
    if (name === 'postgres')
      test('[AD6] the command says with its exit code whether the chain is whole, or what is in its way', async () => {
        const sets = [persistenceMigrations, accountMigrations, profileMigrations]
        const { db, url } = await open(sets)
        const run = async (...args: string[]) => {
          const env = { PATH: process.env['PATH'], PLAZA_DATABASE_URL: url }
          const child = spawn(process.execPath, [command, ...args], { env })
          let said = ''
          child.stdout.on('data', (bytes) => (said += String(bytes)))
          child.stderr.on('data', (bytes) => (said += String(bytes)))
          const [code] = await once(child, 'close')
          return `${code} ${said}`
        }
        assert.match(await run('verify'), /^2 This database has no audit log yet/)
        await migrate(db, [auditMigrations])
        const log = new AuditLog(db)
        await fill(log, 3)
        const whole = await run('verify')
        assert.match(whole, /^0 The audit log is whole: 3 rows/)
        const head = /--head (\S+)/.exec(whole)![1]!
        await meddle(db, 'delete from audit_event where id = 3')
        assert.match(await run('verify', '--head', head), /^1 .* row 3 \(missing\)/)
        await meddle(db, `update audit_event set actor = 'u_x' where id = 2`)
        assert.match(await run('verify'), /^1 .* row 2 \(changed\)/)
        assert.match(await run('verify', '--head', '1:zz'), /^2 Usage/)
        assert.match(await run('delete'), /^2 Usage/)
      })

    test('[AD4] text that SQL cannot hold is cleaned, and the chain holds', async () => {
      const { log } = await fresh()
      await log.append({
        actor: 'u_1',
        action: 'room.kick',
        target: 'live_a',
        reason: 'nul \0 half \ud800 done',
        detail: { text: '\udfff\0', __proto__: null, n: 1e21, deep: [[[{}]]] },
      })
      assert.equal((await log.verify()).ok, true)
      const { items } = await log.list({ limit: 1 })
      assert.equal(items[0]?.reason, 'nul  half \ufffd done')
    })
  })
})
