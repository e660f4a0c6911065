"""The phrase lists that the sample site's prose is put together from; every name in them is invented.

Slots in braces are filled by `prose`: names by drawing from `SLOTS`, `{n}`, `{pct}`, `{money}` with numbers.
"""

SURNAMES = ("Trần", "Lê", "Phạm", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô", "Lâm", "Trương", "Huỳnh", "Dương")
MEN = (
    "Hữu An",
    "Quốc Duy",
    "Minh Khôi",
    "Văn Mẫn",
    "Công Nghĩa",
    "Bảo Phúc",
    "Thanh Vinh",
    "Đình Thọ",
    "Trọng Tín",
    "Gia Hưng",
    "Tấn Lợi",
)
WOMEN = (
    "Thị Bích",
    "Ngọc Châu",
    "Kim Giang",
    "Thu Hạnh",
    "Thanh Lam",
    "Mỹ Quyên",
    "Thị Sương",
    "Bích Thảo",
    "Tú Uyên",
    "Hồng Vân",
    "Thị Diệu",
)

BYLINES = (
    "Minh Khuê",
    "Anh Thư",
    "Hoài Phương",
    "Lê Gia Bảo",
    "Thục Đoan",
    "Trường Giang",
    "Mai Chi",
    "Quốc Thịnh",
    "Hạ Vy",
    "Đăng Khoa",
)

SLOTS: dict[str, tuple[str, ...]] = {
    "ward": (
        "An Hòa Đông",
        "Bình Lạc",
        "Tân Thới Nam",
        "Vĩnh Phước Tây",
        "Long Thuận Bắc",
        "Phú Lâm Đông",
        "Hiệp An",
        "Thạnh Xuân Trung",
        "Hòa Bình Thượng",
        "Tam Hiệp Tây",
        "Bình An Nam",
        "Linh Hòa",
    ),
    "role": (
        "Chủ tịch UBND phường",
        "Bí thư chi bộ khu phố 5, phường",
        "Trưởng ban điều hành khu phố 3, phường",
        "Chủ tịch Hội Người cao tuổi phường",
        "Bí thư Đoàn phường",
        "Phó Chủ tịch HĐND phường",
        "Phó Chủ tịch Mặt trận Tổ quốc phường",
        "Trưởng Trạm y tế phường",
    ),
    "partner": (
        "Hội Khuyến học",
        "Đoàn Thanh niên",
        "Mặt trận Tổ quốc phường",
        "Hội Cựu chiến binh",
        "Câu lạc bộ Sống xanh",
        "tổ công nghệ cộng đồng",
        "ban điều hành các khu phố",
        "nhóm kiến trúc sư tình nguyện",
        "Hợp tác xã Gốm Hòa Thuận",
    ),
    "place": (
        "công viên Hòa Thuận",
        "bến Rạch Lá",
        "chợ Cây Gòn",
        "nhà văn hóa phường",
        "bờ kênh Bông Súng",
        "sân Trường Tiểu học Hòa Thuận",
        "thư viện khu Đông",
        "khu lưu trú công nhân Vĩnh Phước",
        "bến phà Cây Gòn",
        "nhà sinh hoạt cộng đồng khu phố 4",
    ),
    "people": (
        "người cao tuổi",
        "học sinh và phụ huynh",
        "công nhân xa quê",
        "tiểu thương các chợ",
        "hộ gia đình ven kênh",
        "thanh niên tình nguyện",
        "cư dân các chung cư cũ",
        "người khuyết tật",
        "sinh viên ở trọ",
    ),
    "work": (
        "nạo vét mương thoát nước",
        "trồng và chăm sóc cây xanh",
        "sửa chữa nhà tình thương",
        "thu gom rác tại nguồn",
        "hướng dẫn nộp hồ sơ qua mạng",
        "dạy bơi cho thiếu nhi",
        "khám sức khỏe lưu động",
        "thắp sáng đường hẻm",
        "bổ sung sách cho tủ sách khu phố",
        "tập huấn sơ cứu",
    ),
    "trait": (
        "sự kiên trì",
        "tinh thần tự nguyện",
        "cách làm sát với từng nhà",
        "sự minh bạch trong thu chi",
        "tiếng nói chung của khu phố",
        "việc lắng nghe trước khi quyết định",
        "sự phối hợp nhịp nhàng giữa các đoàn thể",
        "thói quen ghi chép, theo dõi hằng tuần",
    ),
    "time": (
        "quý tới",
        "tháng sau",
        "cuối năm nay",
        "mùa khô tới",
        "sáu tháng nữa",
        "dịp khai giảng",
        "đầu năm sau",
        "vài tuần tới",
    ),
    "problem": (
        "vỉa hè hẹp và nhiều chỗ xuống cấp",
        "nước đọng sau những cơn mưa lớn",
        "thiếu chỗ gửi xe vào giờ cao điểm",
        "hồ sơ phải đi lại nhiều lần",
        "nhà văn hóa đóng cửa vào cuối tuần",
        "cây xanh bị dây cáp che khuất",
        "tiếng ồn về đêm",
        "người trẻ ít có thời gian tham gia",
    ),
    "source": (
        "nguồn đóng góp của người dân",
        "quỹ khu phố",
        "sự tài trợ của các cửa hàng trên địa bàn",
        "ngân sách phường",
        "tiền bán phế liệu gom được",
    ),
}

FOLLOW_UPS = (
    "Tham dự có {role} {ward} {person} cùng hơn {n} {people}.",
    "Hoạt động do {partner} phối hợp thực hiện, thu hút khoảng {n} {people}.",
    "Đến dự có {person}, {role} {ward}, và đại diện {partner}.",
    "Đây là việc làm nằm trong kế hoạch được {partner} chuẩn bị suốt {m} tháng qua.",
    "Có mặt từ sớm, {people} ở phường {ward} chia nhau từng phần việc.",
)
"""What follows the opening sentence in the first paragraph."""

SENTENCES = (
    "Theo {person}, {role} {ward}, trong {m} tháng qua địa phương đã vận động được {money} từ {source} để {work}.",
    "Kết quả khảo sát tại {place} cho thấy {pct} số hộ được hỏi hài lòng với cách làm mới.",
    "Trước đó, {people} nơi đây nhiều lần phản ánh tình trạng {problem}.",
    "Để khắc phục, phường {ward} giao {partner} chủ trì, mỗi tuần họp một lần ngay tại {place}.",
    "Từ chỗ chỉ có {m} người tham gia ban đầu, đến nay danh sách đã lên hơn {n} người, phần lớn là {people}.",
    "Chị {woman}, ngụ tại khu phố {m}, kể rằng con hẻm trước nhà nay đã sáng đèn và bớt hẳn cảnh {problem}.",
    "Ông {man} cho biết điều đáng quý nhất là {trait}, bởi không có điều đó thì tiền nhiều cũng khó thành việc.",
    "Tổng kinh phí gần {money}, trong đó {pct} đến từ {source}, phần còn lại do các đoàn thể tự cân đối.",
    "Bên cạnh việc {work}, các thành viên còn ghé thăm {n} gia đình có hoàn cảnh khó khăn ở {place}.",
    "Cách làm ấy nhanh chóng được phường {ward} học hỏi, điều chỉnh cho hợp với điều kiện của mình.",
    "Dự kiến đến {time}, mô hình sẽ có mặt ở thêm {m} khu phố, bắt đầu từ khu vực quanh {place}.",
    "Không ít {people} lúc đầu còn ngại, nhưng khi thấy kết quả trước mắt thì tự tìm đến đăng ký.",
    "Ban tổ chức cũng dành một góc nhỏ ở {place} để {people} góp ý bằng giấy, mỗi ngày nhận chừng {n} ý kiến.",
    "Trong số đó có {n} ý kiến nói về {problem}, đã được chuyển đến {partner} xem xét.",
    "{Partner} sẽ công khai các khoản thu chi vào ngày 5 hằng tháng tại {place}.",
    "Nhìn lại chặng đường đã qua, điều làm nên khác biệt chính là {trait}.",
    "Nhóm thực hiện chia {n} tình nguyện viên thành {m} tổ, tổ nào cũng có người lớn tuổi đi cùng để chỉ việc.",
    "Sau lễ, mọi người cùng nhau {work} cho đến trưa mới nghỉ tay.",
    "Anh {man}, sinh viên năm cuối, nói anh học được nhiều từ {people} mà sách vở không dạy.",
    "Qua rà soát, phường {ward} hiện còn {n} trường hợp cần giúp đỡ, chủ yếu là {people}.",
    "Số tiền {money} được dùng để mua dụng cụ, phần dư gửi vào quỹ chung do {partner} quản lý.",
    "So với cùng kỳ, lượng người tìm đến {place} tăng {pct}, đông nhất vào sáng thứ bảy.",
    "Từ thực tế ấy, {person} đề nghị các khu phố chọn một việc nhỏ, làm cho xong rồi hãy nghĩ đến việc lớn.",
    "Bà {woman} năm nay ngoài bảy mươi vẫn đều đặn có mặt, khi thì nấu nước, khi thì ghi sổ.",
    "Kế hoạch cho {time} là hoàn tất việc {work} tại {m} điểm còn lại.",
    "Đại diện {partner} cho rằng muốn đi đường dài thì phải bắt đầu từ {trait}.",
    "Các em nhỏ thích nhất là được tự tay gắn bảng tên lên từng gốc cây quanh {place}.",
    "Đường đi lối lại quanh {place} nay rộng rãi hơn, xe cứu thương có thể vào tận nơi.",
    "Trong {m} năm, nơi đây đã đón hơn {n} lượt khách đến tìm hiểu, có đoàn đi từ rất xa.",
    "Phường {ward} cam kết không thu thêm khoản nào của {people} trong suốt thời gian thử nghiệm.",
    "Mỗi tổ được cấp một cuốn sổ, ghi rõ ai làm gì, bao giờ xong và vì sao chậm.",
    "Có hôm mưa lớn, gần {n} người vẫn nán lại {place} dọn cho sạch lối đi rồi mới về.",
    "Việc {work} tưởng đơn giản nhưng cần rất nhiều công, nhất là ở những chỗ {problem}.",
    "Từ nay đến {time}, {partner} sẽ ghé từng khu phố để nghe thêm góp ý trước khi chốt phương án.",
    "Khoảng {pct} khối lượng công việc đã xong, sớm hơn dự tính chừng {m} tuần.",
    "Trao đổi bên lề, {person} nhắc lại câu chuyện về {people} đã chung tay từ những ngày đầu.",
    "Nhờ {trait}, khoản chi cho mỗi điểm giảm được chừng {pct} mà chất lượng không đổi.",
    "Một số hộ gần {place} còn tự nguyện dời hàng rào vào trong để lấy chỗ trồng cây.",
    "Ở phường {ward}, câu chuyện về {people} được kể lại như một lời nhắc về nghĩa tình xóm giềng.",
    "Từ đầu năm đến nay đã có {n} lượt người được hướng dẫn, trong đó {pct} tự làm được từ lần thứ hai.",
)
"""General sentences, good for any story."""

HEADINGS = (
    "Bắt đầu từ việc nhỏ",
    "Người dân cùng làm, cùng kiểm tra",
    "Khó khăn còn ở phía trước",
    "Những con số biết nói",
    "Lắng nghe rồi mới quyết",
    "Cách làm riêng của từng khu phố",
    "Từ thí điểm đến nhân rộng",
    "Giữ lửa phong trào",
    "Chuyện kể từ xóm nhỏ",
    "Thêm một cánh tay cho cơ sở",
    "Chung sức giữ gìn",
    "Việc hôm nay không để ngày mai",
    "Khi người trẻ vào cuộc",
    "Nhìn lại để đi tiếp",
)

QUOTES = (
    "\u201cLàm được {n} việc nhỏ mà dân vui thì hơn một việc lớn để dở dang\u201d, {person} chia sẻ.",
    (
        "\u201cTôi chỉ mong {people} có thêm một nơi để gặp nhau, còn việc nặng thì tụi tôi lo được\u201d, ông {man}"
        " nói trong tiếng cười."
    ),
    "\u201cHồi mới làm ai cũng lo {problem}, giờ thì cả xóm coi đó là chuyện của mình\u201d, bà {woman} bộc bạch.",
)

LIST_ITEMS = (
    "Công khai kế hoạch và khoản chi tại {place};",
    "Phân công {partner} theo dõi từng tuần;",
    "Ưu tiên {people} trong đợt đầu;",
    "Báo cáo tiến độ việc {work} trước ngày 20 hằng tháng;",
    "Dành ít nhất {pct} kinh phí cho khâu bảo dưỡng;",
    "Hoàn tất khảo sát tại {m} khu phố trong {time};",
)
LIST_OPENERS = (
    "Thời gian tới, phường {ward} tập trung vào mấy việc sau:",
    "Theo kế hoạch vừa công bố, từ nay đến {time} {partner} sẽ lần lượt thực hiện:",
)

CAPTIONS = (
    "Quang cảnh buổi lễ tại {place}.",
    "{Person} trao quà cho {people}.",
    "Các tình nguyện viên {work} ở {place}.",
    "Đông đảo {people} có mặt tại {place}.",
    "{Person} trò chuyện với {people}.",
    "Một góc {place} sau khi được chỉnh trang.",
    "Thành viên {partner} chụp ảnh lưu niệm.",
    "Niềm vui của {people} phường {ward}.",
    "Tổ {work} của phường {ward} bắt tay vào việc.",
)
CREDITS = ("TTXVN", "Minh Khuê", "Ban tổ chức", "Hoài Phương", "CTV")

LEADS = (
    "Sau {m} tháng chuẩn bị, một việc tưởng nhỏ đang làm thay đổi nếp sống của {people} ở phường {ward}.",
    "Không ồn ào, không khẩu hiệu, {partner} và {people} ở phường {ward} chọn cách bắt đầu từ {trait}.",
    "Với {trait}, hơn {n} người ở phường {ward} đã cùng nhau {work}, mở ra một cách làm mới cho khu phố.",
)
TAGS = (
    "khu phố xanh",
    "phường Bình Lạc",
    "tình nguyện",
    "kênh Bông Súng",
    "chuyển đổi số",
    "sức khỏe cộng đồng",
    "làng nghề",
    "học bổng",
    "phường Hiệp An",
    "đảng viên trẻ",
)
COMMENTS = (
    "Rất mong khu phố của tôi cũng làm được như vậy.",
    "Bài viết hay, cảm ơn tác giả.",
    "Cho hỏi đăng ký tham gia ở đâu?",
    "Đề nghị duy trì thường xuyên, đừng làm theo phong trào.",
    "Cảm ơn các cô chú đã vì bà con.",
)
