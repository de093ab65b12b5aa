#include "tls_front.h"

#include "local_lambda.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace temporal::tests {

using temporal::testing::detail::ChildProcess;

namespace {

void openssl(std::vector<std::string> arguments, const std::string& log) {
  arguments.insert(arguments.begin(), "openssl");
  if (ChildProcess{{.command = arguments, .log_file = log}}.wait() != 0) throw std::runtime_error{read_file(log)};
}

/// A key and a certificate for it, by an authority, or self-signed when there is none.
void make_certificate(const std::string& folder, const std::string& name, const std::string& subject,
                      const std::string& authority, const std::string& extension) {
  const auto file = folder + "/" + name;
  std::vector<std::string> arguments{"req",
                                     "-x509",
                                     "-newkey",
                                     "ec",
                                     "-pkeyopt",
                                     "ec_paramgen_curve:P-256",
                                     "-nodes",
                                     "-days",
                                     "2",
                                     "-config",
                                     folder + "/openssl.cnf",
                                     "-keyout",
                                     file + ".key",
                                     "-out",
                                     file + ".pem",
                                     "-subj",
                                     "/CN=" + subject,
                                     "-addext",
                                     extension};
  if (!authority.empty()) {
    arguments.insert(arguments.end(),
                     {"-CA", folder + "/" + authority + ".pem", "-CAkey", folder + "/" + authority + ".key"});
  }
  openssl(std::move(arguments), folder + "/openssl.log");
}

std::string configuration(const std::string& folder, int port, const std::string& server, bool demands_certificate) {
  const auto client_check =
      demands_certificate ? "    ssl_verify_client on;\n    ssl_client_certificate " + folder + "/ca.pem;\n" : "";
  return "daemon off;\nmaster_process off;\npid " + folder + "/nginx.pid;\nerror_log " + folder + "/error.log;\n" +
         "events {}\nhttp {\n" +
         "  log_format calls '$uri authorization=$http_authorization x-team=$http_x_team encoding=$http_grpc_encoding "
         "answer=$sent_http_grpc_encoding';\n  access_log " +
         folder + "/access.log calls;\n" + "  client_body_temp_path " + folder + ";\n  proxy_temp_path " + folder +
         ";\n  fastcgi_temp_path " + folder + ";\n  uwsgi_temp_path " + folder + ";\n  scgi_temp_path " + folder +
         ";\n" + "  server {\n    listen 127.0.0.1:" + std::to_string(port) + " ssl http2;\n    ssl_certificate " +
         folder + "/server.pem;\n    ssl_certificate_key " + folder + "/server.key;\n" + client_check +
         "    http2_max_requests 100000;\n    location / {\n      grpc_pass grpc://" + server +
         ";\n      grpc_read_timeout 120s;\n    }\n  }\n}\n";
}

}  // namespace

TlsFront::TlsFront(const std::string& server_address, ClientCertificate client_certificate)
    : folder_(new_folder()), port_(temporal::testing::detail::free_port()) {
  const char* nginx = std::getenv("NGINX");
  if (nginx == nullptr) throw std::runtime_error{"NGINX does not say where nginx is: run the tests with ./dev test"};
  std::ofstream{folder_ + "/openssl.cnf"} << "[req]\ndistinguished_name = name\n[name]\n";  // no extensions by default
  make_certificate(folder_, "ca", "authority", "", "basicConstraints=critical,CA:TRUE");
  make_certificate(folder_, "other-ca", "another authority", "", "basicConstraints=critical,CA:TRUE");
  make_certificate(folder_, "server", server_name, "ca", std::string{"subjectAltName=DNS:"} + server_name);
  make_certificate(folder_, "client", "worker", "ca", "extendedKeyUsage=clientAuth");
  const auto file = folder_ + "/nginx.conf";
  std::ofstream{file} << configuration(folder_, port_, server_address,
                                       client_certificate == ClientCertificate::demanded);
  nginx_.emplace(temporal::testing::detail::ChildOptions{
      .command = {nginx, "-p", folder_, "-e", folder_ + "/error.log", "-c", file}, .log_file = folder_ + "/log"});
  wait_until("nginx to listen", [&] {
    if (!nginx_->running()) throw std::runtime_error{"nginx ended: " + read_file(folder_ + "/log")};
    return !read_file(folder_ + "/nginx.pid").empty();
  });
}

// nginx writes the line of a call that was cancelled when it gets to it, which may be after the function has answered.
void TlsFront::wait_for_request(const std::string& text) const {
  wait_until("the request " + text, [&] { return read_file(folder_ + "/access.log").find(text) != std::string::npos; });
}

}  // namespace temporal::tests
