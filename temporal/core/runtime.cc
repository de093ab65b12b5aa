#include <temporal/core/detail/boundary.h>
#include <temporal/core/runtime.h>

#include <utility>

namespace temporal::core {
namespace {

void on_log(void* user, const std::uint8_t* data, std::size_t size) noexcept {
  bridge::v1::LogRecord record;
  if (record.ParseFromArray(data, static_cast<int>(size))) (*static_cast<LogSink*>(user))(record);
}

}  // namespace

std::shared_ptr<Runtime> Runtime::create(const bridge::v1::RuntimeOptions& options, LogSink log) {
  std::shared_ptr<Runtime> runtime{new Runtime};
  if (log) runtime->log_ = std::make_unique<LogSink>(std::move(log));
  const auto bytes = options.SerializeAsString();
  detail::call_now([&](TemporalBytes* error) {
    return temporal_runtime_new(detail::bytes(bytes), bytes.size(), runtime->log_ ? on_log : nullptr, runtime->log_.get(),
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
  if (!profile.ParseFromString(answer)) throw Error{ErrorKind::internal, "the bridge sent a profile that does not decode"};
  return profile;
}

}  // namespace temporal::core
