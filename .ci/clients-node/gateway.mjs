// What the tests of all client libraries share: a gateway that serves testdata/clients/files.json, clients registered with its admin API, and a user.
import assert from 'node:assert/strict'

export const gateway = process.env.GATEWAY
export const issuer = `${gateway}/files-api`
export const redirectURI = 'http://127.0.0.1:9000/callback?keep=1'
export const user = { name: 'alice & co', password: 'pässword+%20 & more' }

// Secrets that encodings like to break. Libraries that send HTTP Basic form-encoded (RFC 6749 §2.3.1) and such that send it raw are both understood.
export const oddSecret = ' -_.%:+ %2B %zz &=;\'"\\ ~!@#$^*() ÄŻ€ 0123456789'

const headers = { 'X-Tyk-Authorization': process.env.GATEWAY_SECRET, 'Content-Type': 'application/json' }

async function admin(path, body, type = headers['Content-Type']) {
  const response = await fetch(gateway + path, { method: 'POST', headers: { ...headers, 'Content-Type': type }, body })
  const answer = await response.text()
  assert.equal(response.status, 200, `${path}: ${answer}`)
  return JSON.parse(answer)
}

let count = 0

// register creates a client app, and returns its id and secret.
export async function register(members = {}) {
  const id = `client-_.~@+=${++count}.${process.pid}`
  const secret = members.public ? undefined : members.secret ?? oddSecret + count
  await admin('/tyk/oauth/clients/create', JSON.stringify({ api_id: 'files', client_id: id, redirect_uri: redirectURI, ...members, secret }))
  return { id, secret }
}

// agree is a user who opens the client's authorization URL, signs in and allows what is asked; it returns where the browser is sent.
export async function agree(authorizationURL) {
  const response = await fetch(authorizationURL, { redirect: 'manual' })
  assert.equal(response.status, 307, await response.text())
  const login = new URL(response.headers.get('location'))
  assert.equal(login.origin + login.pathname, 'http://127.0.0.1:8082/login')
  const { redirect_to } = await admin('/files-api/tyk/oauth/authorize-client/', login.search.slice(1), 'application/x-www-form-urlencoded')
  return new URL(redirect_to)
}

export async function addUser() {
  await admin(`/tyk/keys/${encodeURIComponent(user.name)}`, JSON.stringify({ basic_auth_data: { password: user.password } }))
}

// opens reports whether an access token opens the API.
export async function opens(accessToken) {
  const response = await fetch(`${issuer}/files`, { headers: { Authorization: `Bearer ${accessToken}` } })
  await response.text()
  if (response.status === 401) {
    return false
  }
  assert.equal(response.status, 200)
  return true
}
