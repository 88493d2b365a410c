/** The Manager's pages: built into dist/web, which the daemon serves. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/web',
  plugins: [react()],
  build: {
    chunkSizeWarningLimit: 700,
    outDir: '../../dist/web',
    emptyOutDir: true,
    // Everything is in files of our own: the content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
})
