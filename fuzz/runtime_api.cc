// What the Lambda Runtime API may answer: status line, headers and body are whatever came.
#include <temporal/lambda/detail/fake_runtime_api.h>
#include <temporal/lambda/runtime_client.h>

#include <cstdint>
#include <string>

using temporal::lambda::RuntimeClient;
using temporal::lambda::detail::FakeRuntimeApi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string reply{reinterpret_cast<const char*>(data), size};
  if (reply.empty()) return 0;  // no bytes, no reply
  const FakeRuntimeApi api{{{.reply = reply, .close = true}, {.reply = reply, .close = true}}};
  RuntimeClient client{api.host()};
  try {
    (void)client.next({});
  } catch (const std::exception&) {
  }
  return 0;
}
