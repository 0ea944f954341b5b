import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { until } from '../../support/people.ts'
import { makeNetworks, networksMissing, removeNetworks } from './networks.ts'

/** Echoes, and says when it listens. */
const echo = `require('node:net').createServer((socket) => socket.pipe(socket))
  .listen(PORT, () => console.log('ready'))`
const port = 4_000

if (!networksMissing())
  test('[CH17] a cut wire loses every packet without a word, one way or both, and TCP mends it', async (t) => {
    const [network] = await makeNetworks(1)
    const [first, ...args] = network!.command
    const code = echo.replace('PORT', String(port))
    const server = spawn(first!, [...args, process.execPath, '-e', code])
    t.after(async () => {
      server.kill('SIGKILL')
      await once(server, 'exit')
      await removeNetworks([network!])
    })
    await once(server.stdout, 'data')

    const dial = async (wire: 'clients' | 'redis') => {
      const socket: Socket = connect(port, network!.own(wire))
      t.after(() => socket.destroy())
      const heard = { text: '', ended: false }
      socket.on('data', (bytes) => (heard.text += String(bytes)))
      socket.on('close', () => (heard.ended = true))
      await once(socket, 'connect')
      return { socket, heard }
    }
    const hurt = await dial('clients')
    const whole = await dial('redis')
    for (const lost of [[], ['up'], ['down']] as const) {
      const before = hurt.heard.text
      await network!.cut('clients', ...lost)
      hurt.socket.write(`lost ${lost.join()};`)
      const sent = whole.heard.text.length
      whole.socket.write('through;')
      await until('the other wire carries', () => whole.heard.text.length > sent)
      assert.equal(hurt.heard.text, before, `${lost.join() || 'both ways'} cut`)
      await network!.mend('clients')
      await until('TCP repeats it', () => hurt.heard.text.endsWith(`lost ${lost.join()};`))
    }
    assert.equal(hurt.heard.text, 'lost ;lost up;lost down;')
    assert.ok(!hurt.heard.ended)
  })
