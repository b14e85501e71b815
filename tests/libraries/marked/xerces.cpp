// Counts words in another runtime.
#include "XMLStringTokenizer.roi.hpp"

#include "marked.hpp"

#include <xercesc/util/PlatformUtils.hpp>

#include <memory>
#include <string>

int main() {
    xercesc::XMLPlatformUtils::Initialize();
    marked::pair both;
    roi::runtime::use serve{both.server};
    xercesc::XMLStringTokenizerServer server{roi::as("object"), u"three short words",
                                             xercesc::XMLPlatformUtils::fgMemoryManager};
    roi::runtime::use call{both.client};
    xercesc::XMLStringTokenizerClient remote{roi::at(both.endpoint(), "object")};
    MARKED_CHECK(remote.hasMoreTokens());
    MARKED_CHECK(remote.countTokens() == 3);
    const std::unique_ptr<char16_t[]> word{remote.nextToken()};
    MARKED_CHECK(word.get() == std::u16string(u"three"));
    return 0;
}
