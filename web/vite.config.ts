/** Build of the web app: `vite build web` writes web/dist; mode `fake` keeps the simulated room for tests. */
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const server = process.env['PLAZA_DEV_SERVER'] ?? 'http://localhost:2567'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), schemasArePure()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
    // Drawings are files: fetched beside the code, when they are shown, and kept over releases.
    assetsInlineLimit: 0,
    rolldownOptions: {
      treeshake: { manualPureFunctions: ['closed'], propertyReadSideEffects: false },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/uploads', '/sandbox', '/docs'].map((path) => [path, { target: server }]),
    ),
  },
})

/**
 * The SDK shares `.protocol.ts` files with the server that also hold schemas. Making a schema has no
 * effect: marked so, those that no page reads fall out, and the schema library (25 KiB) with them.
 */
function schemasArePure(): Plugin {
  return {
    name: 'schemas-are-pure',
    enforce: 'pre',
    transform: {
      filter: { id: /\.protocol\.ts$/ },
      handler: (code) => code.replaceAll(/\bType\.\w+\(/g, (call) => `/* @__PURE__ */ ${call}`),
    },
  }
}
