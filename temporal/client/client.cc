#include <temporal/client/client.h>

#include <temporal/client/detail/access.h>
#include <temporal/client/detail/call.h>
#include <temporal/client/detail/checks.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/client_errors.h>
#include <temporal/core/telemetry.h>
#include <temporal/core/worker_log.h>

#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

namespace temporal::client {
namespace {

std::string default_identity() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"unknown"};
  return std::to_string(::getpid()) + "@" + host.data();
}

bridge::v1::ConnectOptions to_bridge(const ConnectOptions& options, const std::string& identity) {
  bridge::v1::ConnectOptions message;
  message.set_address(options.address);
  message.set_identity(identity);
  message.set_client_version(TEMPORAL_CPP_VERSION);
  if (options.api_key) message.set_api_key(*options.api_key);
  for (const auto& [key, value] : options.metadata) (*message.mutable_metadata())[key] = value;
  message.set_connect_timeout_ms(detail::to_milliseconds(options.connect_timeout));
  message.set_compress(options.grpc_compression == GrpcCompression::gzip);
  if (const auto& proxy = options.http_connect_proxy) {
    message.mutable_http_connect_proxy()->set_target_host(proxy->target_host);
    message.mutable_http_connect_proxy()->set_user(proxy->user);
    message.mutable_http_connect_proxy()->set_password(proxy->password);
  }
  if (options.keep_alive) {
    message.set_keep_alive_interval_ms(detail::to_milliseconds(options.keep_alive->interval));
    message.set_keep_alive_timeout_ms(detail::to_milliseconds(options.keep_alive->timeout));
  }
  if (uses_tls(options)) {
    const auto chosen = options.tls.value_or(TlsOptions{});
    auto& tls = *message.mutable_tls();
    tls.set_server_ca(chosen.server_ca);
    tls.set_client_certificate(chosen.client_certificate);
    tls.set_client_private_key(chosen.client_private_key);
    tls.set_server_name(chosen.server_name);
    tls.set_disable_host_verification(chosen.disable_host_verification);
  }
  return message;
}

[[noreturn]] void throw_public(const core::Error& error) { std::rethrow_exception(detail::to_public(error)); }

}  // namespace

namespace detail {

const std::shared_ptr<core::Connection>& connection(const Client& client) { return client.session()->connection(); }

Client connect(std::shared_ptr<core::Runtime> runtime, ConnectOptions options) {
  validate(options);
  auto identity = options.identity.value_or(default_identity());
  try {
    auto connection = core::Connection::connect(std::move(runtime), to_bridge(options, identity));
    return Client{std::make_shared<Session>(std::move(connection), std::move(options), std::move(identity))};
  } catch (const core::Error& error) {
    throw_public(error);
  }
}

const std::shared_ptr<core::Runtime>& default_runtime() {
  // Never destroyed: calls may still be under way when the process ends.
  static const auto& runtime = *new std::shared_ptr<core::Runtime>(core::create_runtime_that_warns());
  return runtime;
}

}  // namespace detail

Client Client::connect(ConnectOptions options) {
  validate(options);
  std::shared_ptr<core::Runtime> runtime;
  try {
    runtime =
        options.telemetry ? options.telemetry->runtime(core::create_runtime_that_warns) : detail::default_runtime();
  } catch (const core::Error& error) {
    throw_public(error);
  }
  return detail::connect(std::move(runtime), std::move(options));
}

detail::WorkflowRef Client::workflow_ref(std::string id, std::string run_id) const {
  detail::Check{}.name("workflow id", id).text("run id", run_id);
  return {session_, {.id = std::move(id), .run_id = std::move(run_id)}};
}

void Client::start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                   detail::OnDone<StartedWorkflow> done) const {
  detail::call(
      session_, &CallInterceptor::start_workflow,
      {.workflow_type = std::move(workflow_type), .options = std::move(options), .arguments = std::move(arguments)},
      std::move(done));
}

void Client::signal_with_start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                               std::string signal, std::vector<Payload> signal_arguments,
                               detail::OnDone<StartedWorkflow> done) const {
  detail::call(session_, &CallInterceptor::start_workflow,
               {.workflow_type = std::move(workflow_type),
                .options = std::move(options),
                .arguments = std::move(arguments),
                .signal = StartSignal{std::move(signal), std::move(signal_arguments)}},
               std::move(done));
}

void Client::update_with_start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                               std::string update, UpdateOptions update_options, std::vector<Payload> update_arguments,
                               detail::OnDone<StartedWorkflowWithUpdate> done, std::stop_token given_up) const {
  StartUpdateInput update_input{.workflow_id = options.id,
                                .name = std::move(update),
                                .options = std::move(update_options),
                                .arguments = std::move(update_arguments)};
  detail::call(session_, &CallInterceptor::update_with_start,
               {.start = {.workflow_type = std::move(workflow_type),
                          .options = std::move(options),
                          .arguments = std::move(arguments)},
                .update = std::move(update_input)},
               std::move(done), std::move(given_up));
}

Client Client::with_rpc_options(RpcOptions options) const {
  detail::validate(options);
  return Client{
      std::make_shared<detail::Session>(session_->connection(), session_->options(), identity(), std::move(options))};
}

void Client::probe(Duration timeout) const {
  if (timeout <= Duration::zero()) throw ConfigurationError("the timeout of a probe has to be longer than zero");
  try {
    session_->connection()->probe(std::chrono::milliseconds{detail::to_milliseconds(timeout)});
  } catch (const core::Error& error) {
    throw_public(error);
  }
}

void Client::set_api_key(const std::string& key) const {
  if (!key.empty()) validate(ConnectOptions{.api_key = key});
  try {
    session_->connection()->set_api_key(key);
  } catch (const core::Error& error) {
    throw_public(error);
  }
}

void Client::set_metadata(const std::map<std::string, std::string>& metadata) const {
  validate(ConnectOptions{.metadata = metadata});
  try {
    session_->connection()->set_metadata(metadata);
  } catch (const core::Error& error) {
    throw_public(error);
  }
}

const ConnectOptions& Client::options() const noexcept { return session_->options(); }

const std::string& Client::identity() const noexcept { return session_->sender().identity; }

}  // namespace temporal::client
