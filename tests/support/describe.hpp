// Makes interface descriptions from .proto text, as idlc would from a header.
#pragma once

#include "description/description.hpp"

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// Text in place of files; what it lacks is read from the project's .proto folder.
class proto_texts final : public google::protobuf::compiler::SourceTree {
public:
    explicit proto_texts(std::map<std::string, std::string> texts) : texts_(std::move(texts)) {
        folder_.MapPath("", ROI_PROTO_DIR);
        folder_.MapPath("", ROI_PROTOBUF_DIR);
    }
    google::protobuf::io::ZeroCopyInputStream* Open(const std::string& name) override {
        const auto at = texts_.find(name);
        if (at == texts_.end()) {
            return folder_.Open(name);
        }
        return new google::protobuf::io::ArrayInputStream(at->second.data(),
                                                          static_cast<int>(at->second.size()));
    }

private:
    std::map<std::string, std::string> texts_;
    google::protobuf::compiler::DiskSourceTree folder_;
};

class throwing_collector final : public google::protobuf::compiler::MultiFileErrorCollector {
public:
    void AddError(const std::string& file, int line, int, const std::string& text) override {
        throw std::runtime_error(file + ":" + std::to_string(line + 1) + ": " + text);
    }
};

/// The serialised FileDescriptorSet of `files` (name -> text), with comments and places.
inline std::string compile(const std::map<std::string, std::string>& files) {
    proto_texts texts(files);
    throwing_collector errors;
    google::protobuf::compiler::Importer importer(&texts, &errors);
    google::protobuf::FileDescriptorSet set;
    for (const auto& [name, text] : files) {
        const auto* file = importer.Import(name);
        auto* copy = set.add_file();
        file->CopyTo(copy);
        file->CopySourceCodeInfoTo(copy);
    }
    return set.SerializeAsString();
}

/// A method, its id made of its name and its parameters' types as idlc makes them.
struct method_text {
    std::string name;
    /// "sint64 cents"; "?string memo" has a default.
    std::vector<std::string> parameters;
    std::string result = {};    ///< a field's type: "sint64"; empty: void
    std::string options = {};   ///< further options: "semantics: AT_LEAST_ONCE"
    std::uint64_t id = 0;       ///< 0: made from the rest
    std::string cpp_name = {};  ///< where `name` has an overload's suffix
};

inline std::uint64_t id_of(const std::string& text) {
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
    return hash;
}

/// The text of one service with its messages.
inline std::string service_text(const std::string& name, const std::vector<method_text>& methods,
                                const std::string& options = "") {
    std::string messages;
    std::string service = "service " + name + " {\n";
    if (!options.empty()) {
        service += "  option (roi.interface) = {" + options + "};\n";
    }
    for (const auto& method : methods) {
        const auto base = name + "_" + method.name;
        const auto& shown = method.cpp_name.empty() ? method.name : method.cpp_name;
        std::string types = name + "." + shown;
        std::vector<std::uint64_t> ids{id_of(types)};
        std::size_t required = 0;
        messages += "message " + base + "_arguments {\n  option (roi.message).shape = ARGUMENTS;\n";
        for (std::size_t i = 0; i < method.parameters.size(); ++i) {
            auto field = method.parameters[i];
            const bool defaulted = field.starts_with("?");
            field = defaulted ? field.substr(1) : field;
            types += "," + field.substr(0, field.rfind(' '));
            ids.push_back(id_of(types));
            required = defaulted ? required : i + 1;
            messages += "  " + field + " = " + std::to_string(i + 1) +
                        (defaulted ? " [(roi.field).defaulted = true]" : "") + ";\n";
        }
        messages += "}\nmessage " + base + "_results {\n  option (roi.message).shape = RESULTS;\n" +
                    (method.result.empty() ? "" : "  " + method.result + " result = 1;\n") + "}\n";
        service += "  rpc " + method.name + "(" + base + "_arguments) returns (" + base +
                   "_results) {\n    option (roi.method) = {id: " +
                   std::to_string(method.id == 0 ? ids.back() : method.id);
        service += " cpp_name: \"" + shown + "\"";
        for (std::size_t i = method.parameters.size(); i-- > required;) {
            service += " shorter_ids: " + std::to_string(ids[i]);
        }
        service += " " + method.options + "};\n  }\n";
    }
    return messages + service + "}\n";
}

/// One file of package demo.
inline std::string file_text(const std::string& body) {
    return "syntax = \"proto3\"; package demo; import \"roi/options.proto\";\n" + body;
}

inline roi::description::document describe(const std::string& body) {
    return roi::description::document::load(
        std::string_view(compile({{"bank.proto", file_text(body)}})));
}

}  // namespace support
