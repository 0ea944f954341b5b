# One image for every kind of node: a room node, and with another command a media node.
FROM node:22-bookworm-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /plaza
ENV NODE_ENV=production

# The dependencies change less often than the sources: a layer of their own.
COPY package.json package-lock.json .npmrc ./
COPY scripts/setup.mjs scripts/
RUN npm run setup

COPY . .
RUN npm run setup && mkdir -p data && chown node:node data

USER node
VOLUME /plaza/data
EXPOSE 2567 1935 8000
# What `npm start` runs: between npm and it a shell would swallow the signal to stop.
CMD ["node", "scripts/setup.mjs", "server/main.ts"]
