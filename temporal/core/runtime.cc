#include <temporal/core/detail/boundary.h>
#include <temporal/core/runtime.h>

#include <utility>

namespace temporal::core {
namespace {

void on_log(void* user, const std::uint8_t* data, std::size_t size) noexcept {
  bridge::v1::LogRecord record;
  if (record.ParseFromArray(data, static_cast<int>(size))) (*static_cast<LogSink*>(user))(record);
}

void on_log_release(void* user) noexcept { const std::unique_ptr<LogSink> sink{static_cast<LogSink*>(user)}; }

}  // namespace

std::shared_ptr<Runtime> Runtime::create(const bridge::v1::RuntimeOptions& options, LogSink log) {
  std::shared_ptr<Runtime> runtime{new Runtime};
  const auto bytes = options.SerializeAsString();
  auto sink = log ? std::make_unique<LogSink>(std::move(log)) : nullptr;
  detail::call_now([&](TemporalBytes* error) {
    auto* const user = sink.release();  // the bridge gives it back, also when it fails
    return temporal_runtime_new(detail::bytes(bytes), bytes.size(), user ? on_log : nullptr, on_log_release, user,
                                &runtime->handle_, error);
  });
  return runtime;
}

Runtime::~Runtime() { temporal_runtime_free(handle_); }

bridge::v1::ClientProfile load_client_config(const bridge::v1::EnvConfigRequest& request) {
  const auto bytes = request.SerializeAsString();
  const auto answer = detail::call_now(
      [&](TemporalBytes* profile) { return temporal_envconfig_load(detail::bytes(bytes), bytes.size(), profile); });
  bridge::v1::ClientProfile profile;
  if (!profile.ParseFromString(answer)) {
    throw Error{ErrorKind::internal, "the bridge sent a profile that does not decode"};
  }
  return profile;
}

}  // namespace temporal::core
