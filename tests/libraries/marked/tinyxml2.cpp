// Parses a document in another runtime.
#include "tinyxml2.roi.hpp"

#include "marked.hpp"

int main() {
    marked::pair both;
    roi::runtime::use serve{both.server};
    tinyxml2::XMLDocumentServer server{roi::as("object")};
    roi::runtime::use call{both.client};
    tinyxml2::XMLDocumentClient remote{roi::at(both.endpoint(), "object")};
    MARKED_CHECK(remote.Parse("<a><b/></a>") == tinyxml2::XML_SUCCESS);
    MARKED_CHECK(!remote.Error());
    MARKED_CHECK(remote.Parse("<a>\n<b></a>") != tinyxml2::XML_SUCCESS);
    MARKED_CHECK(remote.Error());
    MARKED_CHECK(remote.ErrorLineNum() == 2);
    MARKED_CHECK(std::string(remote.ErrorStr()).find("Error=") == 0);
    return 0;
}
